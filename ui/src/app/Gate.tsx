import { Center, Loader } from "@mantine/core";
import { Navigate, Outlet, useLocation } from "react-router";
import { useSession, useSetupNeeded } from "@/api/queries";
import { Failed } from "@/elements/states";

/** Lets those who are logged in pass; sends others to the login, or to the first setup. */
export function Gate() {
  const { pathname, search } = useLocation();
  const session = useSession();
  const setup = useSetupNeeded(session.data === null);
  if (session.data) return <Outlet />;
  if (session.error && session.data === undefined) {
    return <Failed error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (session.data === null && setup.data === true) return <Navigate to="/setup" replace />;
  if (session.data === null && (setup.data === false || setup.error)) {
    const next = `${pathname}${search}`;
    return (
      <Navigate to={next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`} replace />
    );
  }
  return <Waiting />;
}

/** Nothing is known yet. */
export function Waiting() {
  return (
    <Center h="100%">
      <Loader />
    </Center>
  );
}
