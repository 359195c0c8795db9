// A base map of the user's own: raster tiles out of a PMTiles file, asked for in ranges. Loaded only when there is one.
import ImageTile from "ol/source/ImageTile.js";
import TileLayer from "ol/layer/Tile.js";
import { PMTiles } from "pmtiles";

window.openiadsBasemap = async function (ui) {
  const file = new PMTiles(new URL("basemap.pmtiles", location.href).href);
  const header = await file.getHeader();
  const kind = { 2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif" }[header.tileType];
  if (!kind) throw new Error("The base map holds no raster tiles (png, jpeg, webp or avif).");
  const source = () =>
    new ImageTile({
      maxZoom: header.maxZoom, minZoom: header.minZoom, wrapX: true,
      loader: async (z, x, y) => {
        const tile = await file.getZxy(z, x, y), image = new Image();
        if (!tile) return Object.assign(document.createElement("canvas"), { width: 256, height: 256 });
        image.src = URL.createObjectURL(new Blob([tile.data], { type: kind }));
        await image.decode();
        URL.revokeObjectURL(image.src);
        return image;
      },
    });
  for (const map of ui.maps.all) {
    map.base.seethrough = true;
    map.ol.getLayers().insertAt(0, new TileLayer({ source: source(), className: "ol-basemap" }));
  }
  ui.baseDirty();
};
