/* Leaflet, loaded where a map is moved and nowhere else: its files are named by the element.
   Without tiles the points stand on a plain background. */
let loading = null;

function load(place) {
  loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = place.dataset.leafletCss;
    const script = document.createElement("script");
    script.src = place.dataset.leaflet;
    style.onload = () => document.head.append(script);
    script.onload = () => resolve(window.L);
    style.onerror = script.onerror = reject;
    // Last: the first sheet of the page settles the order of the layers.
    document.head.append(style);
  });
  return loading;
}

/** A map in this element; [Leaflet, the map]. */
export async function startMap(place) {
  const leaflet = await load(place);
  const map = leaflet.map(place, {
    attributionControl: false,
    minZoom: 2,
    maxZoom: 19,
    zoomControl: false,
    // Tiles are drawn for whole zooms; without them the frame may be the picture's own.
    zoomSnap: place.dataset.tiles ? 1 : 0.25,
    maxBounds: [[-86, -180], [86, 180]],
  });
  const { closer, wider } = place.dataset;
  leaflet.control.zoom({ zoomInTitle: closer, zoomOutTitle: wider }).addTo(map);
  leaflet.control.attribution({ prefix: false }).addTo(map);
  leaflet.control.scale({ imperial: false }).addTo(map);
  if (place.dataset.tiles) {
    const words = document.createElement("span");
    words.textContent = place.dataset.attribution;
    leaflet
      .tileLayer(place.dataset.tiles, { maxZoom: 19, attribution: words.innerHTML })
      .addTo(map);
  }
  return [leaflet, map];
}
