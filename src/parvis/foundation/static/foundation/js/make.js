/* Elements in one line, for pages that scripts draw: text is always text, never markup. */

/** An element; `properties` are its own, attributes when their name has a hyphen, or `class`. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A copy of what a <template> of the page holds. */
export function copyOf(identifier) {
  return document.getElementById(identifier).content.cloneNode(true);
}
