// A message as it is billed: up to 70 characters one part, else 67 each; a line break counts 2.

const LONE = 70;
const EACH = 67;
const SIGN = /^【[^】]*】/u;

// Characters are code points, as the sandbox counts them.
export function lengthOf(text) {
  let length = 0;
  for (const character of text) length += character === "\n" ? 2 : 1;
  return length;
}

// [{role: "sign" | "text" | "opt-out", text}], without the empty ones.
export function rolesOf(content, optOut) {
  const sign = SIGN.exec(content)?.[0] ?? "";
  const end = optOut && content.endsWith(optOut) && content.length - optOut.length >= sign.length ? optOut : "";
  const text = content.slice(sign.length, content.length - end.length);
  return [
    { role: "sign", text: sign },
    { role: "text", text },
    { role: "opt-out", text: end },
  ].filter((piece) => piece.text);
}

// The same pieces cut where parts begin: [[piece, …] per part].
export function partsOf(pieces) {
  const total = pieces.reduce((sum, piece) => sum + lengthOf(piece.text), 0);
  const size = total <= LONE ? LONE : EACH;
  const parts = [];
  let units = 0;
  for (const { role, text } of pieces) {
    for (const character of text) {
      units += character === "\n" ? 2 : 1;
      // A line break on a border belongs to the part that its second half opens.
      const part = (parts[Math.floor((units - 1) / size)] ??= []);
      if (part.at(-1)?.role === role) part.at(-1).text += character;
      else part.push({ role, text: character });
    }
  }
  return parts;
}

// What each part holds: 67 but for the last.
export function lengthsOf(total, count) {
  return count === 1 ? [total] : [...Array(count - 1).fill(EACH), total - EACH * (count - 1)];
}
