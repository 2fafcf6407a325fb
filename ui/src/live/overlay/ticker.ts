// One animation loop for all overlays of the page.
type Draw = (nowMs: number) => void;

const drawers = new Set<Draw>();
let running = false;

/** Call `draw` before each picture of the screen until the returned function is called. */
export function eachFrame(draw: Draw): () => void {
  drawers.add(draw);
  if (!running) {
    running = true;
    requestAnimationFrame(tick);
  }
  return () => drawers.delete(draw);
}

function tick(nowMs: number): void {
  for (const draw of drawers) draw(nowMs);
  running = drawers.size > 0;
  if (running) requestAnimationFrame(tick);
}
