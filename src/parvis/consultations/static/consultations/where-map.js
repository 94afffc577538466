/* The place of a project on a map, which is only loaded when the fold is opened. Without tiles a
   point alone would say nothing: its latitude and longitude stay, in words. */
import { startMap } from "./leaflet-map.js";

const fold = document.querySelector("[data-where]");
const place = fold?.querySelector(".place-map");

async function start() {
  if (!fold.open || !place.hidden || !place.dataset.tiles) return;
  place.hidden = false;
  const [leaflet, map] = await startMap(place);
  const [latitude, longitude, zoom] = place.dataset.center.split(",").map(Number);
  map.setView([latitude, longitude], zoom);
  const label = place.dataset.point;
  const icon = leaflet.divIcon({ className: "place-spot", iconSize: [26, 26], html: "" });
  leaflet.marker([latitude, longitude], { icon, title: label, alt: label }).addTo(map);
}

fold?.addEventListener("toggle", start);
