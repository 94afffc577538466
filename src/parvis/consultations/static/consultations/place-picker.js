/* The point of an idea, shown on a map: a click or the keyboard moves it, and the two fields of the
   form hold it. The map is only loaded when the fold is opened. */
import { startMap } from "./leaflet-map.js";

const fold = document.querySelector("[data-place]");
const place = fold?.querySelector("#carte");

function typed(field) {
  const value = Number(field.value.replace(",", "."));
  return field.value.trim() && Number.isFinite(value) ? value : null;
}

async function start() {
  if (!fold.open || !place.hidden) return;
  place.hidden = false;
  const [latitude, longitude] = ["latitude", "longitude"].map((name) =>
    fold.querySelector(`[name="${name}"]`),
  );
  const [leaflet, map] = await startMap(place);
  const [south, west, zoom] = place.dataset.center.split(",").map(Number);
  const at = () => {
    const values = [typed(latitude), typed(longitude)];
    return values.includes(null) ? null : values;
  };
  map.setView(at() ?? [south, west], at() ? 16 : zoom);
  const label = place.dataset.point;
  const marker = leaflet.marker(at() ?? [south, west], {
    draggable: true,
    title: label,
    alt: label,
    icon: leaflet.divIcon({ className: "place-spot", iconSize: [26, 26], html: "" }),
  });
  if (at()) marker.addTo(map);
  const put = (where) => {
    marker.setLatLng(where).addTo(map);
    latitude.value = where.lat.toFixed(5);
    longitude.value = where.lng.toFixed(5);
  };
  map.on("click", (event) => put(event.latlng));
  marker.on("dragend", () => put(marker.getLatLng()));
  // With the keyboard: the map moves under its middle, Enter puts the point there.
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== place) return;
    event.preventDefault();
    put(map.getCenter());
  });
  for (const field of [latitude, longitude]) {
    field.addEventListener("change", () => {
      if (!at()) return;
      marker.setLatLng(at()).addTo(map);
      map.panTo(at());
    });
  }
}

fold?.addEventListener("toggle", start);
if (fold?.open) start();
