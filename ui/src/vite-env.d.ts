/// <reference types="vite/client" />
import "react";

declare module "react" {
  interface CSSProperties {
    /** Width over height of a picture, for style sheets that reckon with it. */
    "--aspect"?: number;
  }
}
