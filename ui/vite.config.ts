import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SERVER = process.env.VEDETTE_SERVER ?? "http://127.0.0.1:8480";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: fileURLToPath(new URL("../src/vedette/web/dist", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // Fonts and pictures stay files: the server's policy allows no embedded ones but images.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { "/api": { target: SERVER, ws: true }, "/healthz": { target: SERVER } },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], restoreMocks: true },
});
