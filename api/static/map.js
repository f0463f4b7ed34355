// Opens the interactive map after a click: Leaflet and the shapes are fetched only then, from this server, and so are
// the tiles of a background, where the city has one. Without this file the drawing and its table show the same.
const button = document.querySelector("[data-map]");

const loaded = (element, more) => new Promise((resolve, reject) => {
  document.head.append(Object.assign(element, more, { onload: resolve, onerror: reject }));
});

async function open() {
  button.disabled = true;
  await Promise.all([
    loaded(document.createElement("link"), { rel: "stylesheet", href: button.dataset.style }),
    loaded(document.createElement("script"), { src: button.dataset.script }),
  ]);
  const shapes = await (await fetch(button.dataset.map)).json();
  const box = document.createElement("div");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", button.dataset.label);
  button.closest("figure").querySelector("svg").replaceWith(box);
  const { accent, ground } = { accent: getComputedStyle(button).color, ground: "#fff" };
  const map = L.map(box, { zoomControl: false });
  map.attributionControl.setPrefix(false);
  if (button.dataset.tiles) {
    // Only the tiles that the worker has fetched: larger and smaller views scale them.
    const [west, south, east, north] = button.dataset.box.split(" ").map(Number);
    const zoom = Number(button.dataset.zoom);
    L.tileLayer(button.dataset.tiles, {
      minNativeZoom: zoom, maxNativeZoom: zoom, bounds: [[south, west], [north, east]], attribution: text(button.dataset.credit),
    }).addTo(map);
  }
  L.control.zoom({ zoomInTitle: button.dataset.in, zoomOutTitle: button.dataset.out }).addTo(map);
  const layer = L.geoJSON(shapes, {
    style: { color: accent, weight: 2, fillOpacity: 0.25 },
    pointToLayer: (_feature, at) => L.circleMarker(at, { radius: 7, color: ground, weight: 1, fillColor: accent, fillOpacity: 1 }),
    onEachFeature: (feature, shape) => shape.bindPopup(() => described(feature.properties)),
  }).addTo(map);
  map.fitBounds(layer.getBounds().pad(0.1), { maxZoom: 17 });
  button.remove();
  box.focus();
}

function text(words) {
  return Object.assign(document.createElement("span"), { textContent: words }).innerHTML;
}

function described(properties) {
  const list = document.createElement("dl");
  for (const [name, value] of Object.entries(properties).filter(([name, value]) => name && value !== null).slice(0, 12)) {
    list.append(Object.assign(document.createElement("dt"), { className: "meta", textContent: name }));
    list.append(Object.assign(document.createElement("dd"), { textContent: value }));
  }
  return list;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => open().catch(() => { button.disabled = false; }));
}
