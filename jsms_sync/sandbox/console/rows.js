// One row of each list: made once, then shown anew whenever its item changes.

import { fromChina, inChina, sandboxNow, spanOf } from "./clock.js";
import { h, setText } from "./dom.js";
import { lengthOf, lengthsOf, partsOf, rolesOf } from "./sms.js";
import { has, say } from "./words.js";

// Status → its word and its mark, so that colour says nothing alone.
const AUDITS = { 0: ["auditing", "…"], 1: ["approved", "✓"], 2: ["rejected", "✗"] };
const ENDS = { pending: ["pending", "…"], sent: ["sent", "✓"], failed: ["failed", "✗"] };
const TYPES = { 1: "type1", 2: "type2", 3: "type3" };
// The platform's opt-out text, which it adds to marketing messages.
const OPT_OUT = "拒收请回复R";
const PLACEHOLDER = /(\{\{[^{}]*\}\})/u;

function badge([word, mark], tone = word) {
  return h("span", { className: `badge ${tone}` }, `${mark} ${say(word)}`);
}

function facts(...texts) {
  return h("p", { className: "facts" }, texts.filter(Boolean).join(" · "));
}

// A card with the auditor's buttons; `audit(status, reason)` decides. The form to reject stays open, and
// keeps what is typed into it, while the rest of the card changes.
function auditable(name, audit) {
  const head = h("div");
  const approve = h("button", { type: "button", onclick: () => audit(1) });
  const open = h("button", { type: "button", onclick: () => toggle(true) });
  const reason = h("input", { name: "reason", maxLength: 200, autocomplete: "off" });
  const label = h("span", {});
  const reject = h("button", { className: "danger" });
  const cancel = h("button", { type: "button", onclick: () => toggle(false) });
  const form = h("form", { className: "row", hidden: true }, h("label", {}, label, reason), reject, cancel);
  const buttons = h("div", { className: "buttons" }, approve, open);
  const element = h("li", { className: "card auditable", tabIndex: -1 }, head, buttons, form);
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!(await audit(2, reason.value.trim() || null))) return;
    reason.value = "";
    toggle(false);
  };
  form.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));

  function toggle(opened) {
    form.hidden = !opened;
    open.setAttribute("aria-expanded", String(opened));
    (opened ? reason : open.hidden ? element : open).focus();
  }

  function show(status) {
    const held = element.contains(document.activeElement);
    element.classList.toggle("waiting", status === 0);
    approve.hidden = status === 1;
    approve.className = status === 0 ? "primary" : "";
    open.hidden = status === 2;
    if (status === 2) form.hidden = true;
    for (const [button, word] of [[approve, "approve"], [open, "reject"], [reject, "rejectNow"], [cancel, "cancel"]])
      setText(button, say(word));
    setText(label, say("reason"));
    approve.setAttribute("aria-label", say("approveName", { id: name }));
    open.setAttribute("aria-label", say("rejectName", { id: name }));
    if (held && document.activeElement === document.body) element.focus({ preventScroll: true });
  }

  return { element, head, show };
}

export function templateRow(id, audit) {
  const { element, head, show } = auditable(String(id), audit);
  return {
    element,
    show(template) {
      const type = TYPES[template.type];
      head.replaceChildren(
        h("h3", {}, `${id} `, badge(AUDITS[template.status])),
        h("p", { className: "text" }, ...withPlaceholders(template.template)),
        facts(
          type ? say(type) : say("otherType", { type: template.type }),
          template.ttl && say("validFor", { seconds: template.ttl }),
          template.remark && say("remark", { remark: template.remark }),
        ),
        ...because(template),
      );
      show(template.status);
    },
  };
}

export function signRow(id, audit) {
  const { element, head, show } = auditable(String(id), audit ?? (() => false));
  return {
    element,
    show(sign) {
      head.replaceChildren(
        h("h3", {}, `${id} `, badge(AUDITS[sign.status] ?? ["auditing", "…"])),
        h("p", { className: "text" }, `【${sign.sign}】`),
        ...(sign.is_default ? [facts(say("defaultSign"))] : []),
        ...because(sign),
      );
      show(sign.status);
      if (!audit) element.replaceChildren(head);
    },
  };
}

function because({ status, reason }) {
  return status === 2 && reason ? [h("p", { className: "reason" }, say("because", { reason }))] : [];
}

function withPlaceholders(text) {
  return text.split(PLACEHOLDER).map((piece, at) => (at % 2 ? h("var", {}, piece) : piece));
}

export function scheduleRow(_id, goTo) {
  const element = h("li", { className: "card", tabIndex: -1 });
  return {
    element,
    show(schedule) {
      const at = fromChina(schedule.send_time);
      const waits = schedule.status === "pending";
      const left = h("span", { className: "countdown" });
      element.due = waits ? { at, left } : null;
      element.replaceChildren(
        h("h3", {}, `${schedule.send_time} `, badge(ENDS[schedule.status] ?? ENDS.pending), " ", left),
        h("p", {}, receivers(schedule.recipients)),
        facts(
          say(schedule.kind === "batch" ? "batch" : "single"),
          say("usesTemplate", { id: schedule.temp_id }),
          schedule.sign_id && say("usesSign", { id: schedule.sign_id }),
          schedule.tag && say("tagged", { tag: schedule.tag }),
        ),
        h("p", { className: "id" }, schedule.schedule_id),
        ...failures(schedule.failures),
        ...(waits ? [h("div", { className: "buttons" }, goThere(at, goTo))] : []),
      );
      countDown(element);
    },
  };
}

function goThere(at, goTo) {
  return h("button", { type: "button", onclick: () => goTo(at) }, say("goThere"));
}

function receivers(recipients) {
  if (!recipients.length) return say("nobody");
  const mobile = recipients[0].mobile;
  return recipients.length === 1
    ? say("recipients", { mobile })
    : say("recipientsMore", { mobile, n: recipients.length - 1 });
}

function failures(refused) {
  if (!refused.length) return [];
  const shown = refused.slice(0, 3).map((each) => `${each.mobile ?? ""} ${each.error_code} ${each.error_message}`);
  const first = shown.join(", ") + (refused.length > 3 ? " …" : "");
  return [h("p", { className: "reason" }, say("refused", { n: refused.length, first }))];
}

// Shows how long a schedule still waits.
export function countDown(element) {
  const now = sandboxNow();
  if (!element.due || now === null) return;
  const ms = element.due.at - now;
  const time = ms > 0 && spanOf(ms, (n) => say("day_", { n }));
  setText(element.due.left, time ? say("inTime", { time }) : say("due"));
}

export function bubbleRow() {
  const element = h("li");
  return {
    element,
    show(message) {
      const kind = has(`kind_${message.kind}`) ? say(`kind_${message.kind}`) : message.kind;
      const when = inChina(Date.parse(message.at));
      const template = message.temp_id ? say("usesTemplate", { id: message.temp_id }) : "";
      const pieces = rolesOf(message.content, message.marketing ? OPT_OUT : "");
      const parts = partsOf(pieces);
      const isCall = message.kind === "voice";
      element.className = isCall ? "call" : "";
      element.replaceChildren(
        h("p", { className: "to" }, h("strong", {}, say("toNumber", { mobile: message.mobile }))),
        h("p", { className: "bubble" }, ...(isCall ? [message.content] : parts.flatMap(partOfBubble))),
        ...(isCall ? [] : [bill(message.content, pieces, parts.length)]),
        facts(when, kind, template),
      );
    },
  };
}

function partOfBubble(pieces, index, all) {
  const spans = pieces.map(({ role, text }) => h("span", { className: role }, text));
  const part = h("span", { className: index % 2 ? "part odd" : "part" }, ...spans);
  if (all.length === 1) return [part];
  const named = h("span", { className: "hidden" }, ` (${say("partStarts", { n: index + 1 })}) `);
  return [named, h("span", { className: "cut", "aria-hidden": "true" }, `${index + 1}/${all.length}`), part];
}

function bill(content, pieces, count) {
  const n = lengthOf(content);
  const breaks = content.split("\n").length - 1;
  const lengths = lengthsOf(n, count).join(" + ");
  const words = { sign: "ofSign", text: "ofText", "opt-out": "ofOptOut" };
  const sum = pieces.map(({ role, text }) => say(words[role], { n: lengthOf(text) })).join(" + ");
  return h(
    "p",
    { className: "bill" },
    h("strong", {}, count === 1 ? say("onePart", { n }) : say("manyParts", { n, parts: count, lengths })),
    ` · ${sum}`,
    breaks ? ` · ${breaks === 1 ? say("ofBreak") : say("ofBreaks", { n: breaks })}` : "",
  );
}

export function faultWord(fault) {
  return { status: "status-only", delay: "delay-only" }[fault] ?? fault;
}

export function faultRow() {
  const element = h("li", { className: "card" });
  return {
    element,
    show(fault) {
      const word = faultWord(fault.fault);
      element.replaceChildren(
        h("p", {}, h("strong", {}, fault.fault), ` · ${has(word) ? say(word) : ""}`),
        h("p", { className: "id" }, `${fault.method ?? say("anyMethod")} ${fault.path}…`),
        facts(
          say("timesLeft", { n: fault.times }),
          fault.skip && say("skipsLeft", { n: fault.skip }),
          fault.status && `HTTP ${fault.status}`,
          fault.code && String(fault.code),
          fault.delay_ms && `${fault.delay_ms} ms`,
        ),
      );
    },
  };
}

export function requestRow() {
  const element = h("li");
  return {
    element,
    show(request) {
      const status = request.status ?? say("cut");
      const tone = request.status === null || request.status >= 400 ? "rejected" : "approved";
      element.replaceChildren(
        h("span", { className: "when" }, inChina(Date.parse(request.at)).slice(5)),
        h("span", { className: `badge ${tone}` }, String(status)),
        h("span", { className: "what" }, h("strong", {}, request.method), ` ${request.path}`),
      );
    },
  };
}
