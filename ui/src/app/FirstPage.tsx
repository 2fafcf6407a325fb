import { Navigate } from "react-router";
import { useSession } from "@/api/queries";
import { WallPage } from "@/live/WallPage";
import { firstPlace } from "./navigation";

/** The wall, or for those who may see no live pictures the first page that is theirs. */
export function FirstPage() {
  const first = firstPlace(useSession().data?.rights ?? []);
  return first === "/" ? <WallPage /> : <Navigate to={first} replace />;
}
