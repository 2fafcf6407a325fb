import { createBrowserRouter } from "react-router";
import { AlarmsPage } from "@/alarms/AlarmsPage";
import { WallPage } from "@/live/WallPage";
import { LoginPage } from "@/session/LoginPage";
import { SetupPage } from "@/session/SetupPage";
import { Gate } from "./Gate";
import { NotFoundPage } from "./NotFoundPage";
import { Shell } from "./Shell";

export const router = createBrowserRouter([
  { path: "/login", Component: LoginPage },
  { path: "/setup", Component: SetupPage },
  {
    Component: Gate,
    children: [
      {
        Component: Shell,
        children: [
          { index: true, Component: WallPage },
          { path: "alarms", Component: AlarmsPage },
          { path: "alarms/:id", Component: AlarmsPage },
          { path: "*", Component: NotFoundPage },
        ],
      },
    ],
  },
]);
