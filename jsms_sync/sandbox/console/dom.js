// Elements and lists. Text from outside enters the page here, as text alone.

// An element with properties, and with children that are elements or texts.
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Makes the children of `list` stand for `items` in their order. Rows stay the same elements, so that
// focus, selection, scrolling and what was typed survive; a row is only told of its item when that changed.
export function reconcile(list, items, { key, create, stamp }) {
  const rows = (list.rows ??= new Map());
  const focus = keepFocus(list);
  const wanted = new Set(items.map(key));
  for (const [id, row] of rows) if (!wanted.has(id)) rows.delete(id) && row.element.remove();
  let place = list.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const row = rows.get(id) ?? create(id);
    rows.set(id, row);
    const mark = stamp + JSON.stringify(item);
    if (row.mark !== mark) row.show(item);
    row.mark = mark;
    if (row.element === place) place = place.nextElementSibling;
    else list.insertBefore(row.element, place);
  }
  focus();
}

// Moving an element takes the focus from it; this gives it back.
function keepFocus(list) {
  const active = document.activeElement;
  if (!list.contains(active)) return () => {};
  const [start, end] = [active.selectionStart, active.selectionEnd];
  const row = [...list.children].find((each) => each.contains(active));
  return () => {
    if (document.activeElement === active) return;
    const target = active.isConnected && !active.hidden ? active : row;
    target.focus({ preventScroll: true });
    if (target === active && typeof start === "number") active.setSelectionRange(start, end);
  };
}
