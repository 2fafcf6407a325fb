import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./app/page.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "./app/Root";
import { startLanguages } from "./i18n/language";

const place = document.getElementById("root");
if (!place) throw new Error("the page has no element #root");
await startLanguages();
createRoot(place).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
