/* The map of ideas, once somebody wants to move it: the picture drawn by the server gives its place
   to Leaflet, in the same frame. Ideas near one another are gathered on a grid, again at each zoom,
   and only those in view are drawn. Every circle is a button of the keyboard. */
import { startMap } from "./leaflet-map.js";

const CELL = 64;
const SCALE = 100000;
const CLOSEST = 18;

const place = document.querySelector("#carte[data-points]");
const button = document.querySelector("[data-move-map]");
let preview = null;

function address(template, number) {
  return template.replace("/0/", `/${number}/`);
}

async function show(leaflet, map, at, number) {
  const popup = leaflet.popup({ maxWidth: 280 }).setLatLng(at).openOn(map);
  const link = document.createElement("a");
  link.href = address(place.dataset.idea, number);
  link.textContent = place.dataset.one.replace("{n}", number);
  popup.setContent(link);
  preview?.abort();
  preview = new AbortController();
  try {
    const answer = await fetch(address(place.dataset.card, number), { signal: preview.signal });
    if (!answer.ok) return;
    // The server's own fragment, every text of it escaped there; it holds no script.
    const fragment = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    popup.setContent(fragment.firstElementChild);
    popup.getElement()?.querySelector("a")?.focus();
  } catch {
    // The link to the idea is there already.
  }
}

function gather(map, points) {
  const bounds = map.getBounds().pad(0.15);
  const cells = new Map();
  const zoom = map.getZoom();
  points.numbers.forEach((number, rank) => {
    const at = [points.latitudes[rank] / SCALE, points.longitudes[rank] / SCALE];
    if (!bounds.contains(at)) return;
    const pixel = map.project(at, zoom);
    const side = zoom >= CLOSEST ? 2 : CELL;
    const key = `${Math.floor(pixel.x / side)}:${Math.floor(pixel.y / side)}`;
    const cell = cells.get(key) ?? { count: 0, latitude: 0, longitude: 0, number };
    cell.count += 1;
    cell.latitude += at[0];
    cell.longitude += at[1];
    cells.set(key, cell);
  });
  return cells.values();
}

function draw(leaflet, map, layer, points) {
  layer.clearLayers();
  for (const cell of gather(map, points)) {
    const at = [cell.latitude / cell.count, cell.longitude / cell.count];
    const size = Math.round(Math.min(60, 24 + 8 * Math.log2(cell.count)));
    const label =
      cell.count === 1
        ? place.dataset.one.replace("{n}", cell.number)
        : place.dataset.several.replace("{n}", cell.count.toLocaleString());
    const marker = leaflet.marker(at, {
      title: label,
      alt: label,
      icon: leaflet.divIcon({
        className: "place-spot",
        iconSize: [size, size],
        html: cell.count === 1 ? "" : String(cell.count),
      }),
    });
    const open = () => {
      if (cell.count > 1 && map.getZoom() < CLOSEST) map.setView(at, map.getZoom() + 2);
      else show(leaflet, map, at, cell.number);
    };
    marker.on("click", open);
    // Leaflet makes no click of a key.
    marker.on("keydown", ({ originalEvent }) => {
      if (!["Enter", " "].includes(originalEvent.key)) return;
      originalEvent.preventDefault();
      open();
    });
    marker.addTo(layer);
    marker.getElement()?.setAttribute("aria-label", label);
  }
}

async function move() {
  button.disabled = true;
  try {
    const answer = await fetch(place.dataset.points);
    if (!answer.ok) throw new Error(String(answer.status));
    const points = await answer.json();
    const picture = place.querySelector("svg");
    picture?.remove();
    place.classList.add("is-moving");
    const [leaflet, map] = await startMap(place);
    const [south, west, north, east] = place.dataset.zone.split(",").map(Number);
    map.fitBounds([[south, west], [north, east]], { animate: false });
    const layer = leaflet.layerGroup().addTo(map);
    draw(leaflet, map, layer, points);
    map.on("moveend", () => draw(leaflet, map, layer, points));
    if (place.dataset.write) {
      map.on("contextmenu", (event) => offer(leaflet, map, event.latlng));
      map.on("click", (event) => offer(leaflet, map, event.latlng));
    }
    button.remove();
    map.getContainer().focus();
  } catch {
    button.disabled = false;
  }
}

function offer(leaflet, map, at) {
  const link = document.createElement("a");
  link.href = `${place.dataset.write}?point=${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
  link.textContent = place.dataset.here;
  leaflet.popup().setLatLng(at).setContent(link).openOn(map);
}

if (place && button) {
  button.hidden = false;
  button.addEventListener("click", move);
  // With tiles the page weighs what they weigh: the map that moves is what it is for.
  if (place.dataset.tiles) move();
}
