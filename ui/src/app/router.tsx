import { createBrowserRouter } from "react-router";
import { AlarmsPage } from "@/alarms/AlarmsPage";
import { InvitationPage } from "@/session/InvitationPage";
import { LoginPage } from "@/session/LoginPage";
import { RegisterPage } from "@/session/RegisterPage";
import { SetupPage } from "@/session/SetupPage";
import { FirstPage } from "./FirstPage";
import { Gate, Waiting } from "./Gate";
import { NotFoundPage } from "./NotFoundPage";
import { PageError } from "./PageError";
import { Shell } from "./Shell";

const cameras = async () => ({ Component: (await import("@/cameras/CamerasPage")).CamerasPage });
const playback = async () => ({
  Component: (await import("@/playback/PlaybackPage")).PlaybackPage,
});
const exports = async () => ({ Component: (await import("@/exports/ExportsPage")).ExportsPage });
const account = async () => ({ Component: (await import("@/account/AccountPage")).AccountPage });
const audit = async () => ({ Component: (await import("@/audit/AuditPage")).AuditPage });
const people = async () => ({ Component: (await import("@/people/UsersPage")).UsersPage });
const zones = async () => ({ Component: (await import("@/zones/ZonesPage")).ZonesPage });

export const router = createBrowserRouter([
  { path: "/login", Component: LoginPage },
  { path: "/invitation", Component: InvitationPage },
  { path: "/register", Component: RegisterPage },
  { path: "/setup", Component: SetupPage },
  {
    HydrateFallback: Waiting,
    Component: Gate,
    ErrorBoundary: PageError,
    children: [
      {
        Component: Shell,
        children: [
          {
            ErrorBoundary: PageError,
            children: [
              { index: true, Component: FirstPage },
              { path: "alarms", Component: AlarmsPage },
              { path: "alarms/:id", Component: AlarmsPage },
              { path: "playback", lazy: playback },
              { path: "exports", lazy: exports },
              { path: "cameras", lazy: cameras },
              { path: "cameras/:id/zones", lazy: zones },
              { path: "account", lazy: account },
              { path: "audit", lazy: audit },
              { path: "people", lazy: people },
              { path: "*", Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
]);
