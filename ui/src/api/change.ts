import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";

/** A deed after which everything read under that key is read again, whether it worked or not. */
export function useChange<Input, Result>(key: QueryKey, act: (input: Input) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}
