// Drawing an area by hand: corner after corner, closed by Enter, a double click or the first corner.
// Loaded only when somebody draws.
import type { Map as LibreMap } from "maplibre-gl";
import type { Tokens } from "./marks";

/** The border of an area: one ring of WGS 84 degrees, closed. */
export type Border = { type: "Polygon"; coordinates: [number, number][][] };

export interface Pen {
  /** Puts the pen down; nothing of what was drawn stays on the map. */
  drop(): void;
}

/** Corners are kept to about a metre. */
const PLACES = 5;

export async function takePen(
  map: LibreMap,
  token: Tokens,
  onDone: (border: Border) => void,
): Promise<Pen> {
  const [{ TerraDraw, TerraDrawPolygonMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([
    import("terra-draw"),
    import("terra-draw-maplibre-gl-adapter"),
  ]);
  const ink = token("accent") as `#${string}`;
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: PLACES }),
    modes: [
      new TerraDrawPolygonMode({
        pointerDistance: 24,
        keyEvents: { cancel: null, finish: "Enter" },
        styles: {
          fillColor: ink,
          fillOpacity: 0.15,
          outlineColor: ink,
          outlineWidth: 3,
          closingPointColor: ink,
          closingPointOutlineColor: ink,
          closingPointWidth: 7,
        },
      }),
    ],
  });
  draw.start();
  draw.setMode("polygon");
  draw.on("finish", (id) => {
    const shape = draw.getSnapshotFeature(id)?.geometry;
    if (shape?.type === "Polygon") onDone(shape as Border);
  });
  return { drop: () => draw.stop() };
}
