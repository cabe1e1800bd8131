// Every word of the page, in English and in Chinese.

const WORDS = {
  skip: ["Skip to the content", "跳到内容"],
  title: ["JSMS sandbox", "JSMS 沙箱"],
  live: ["Live", "实时"],
  lost: ["Not reachable, trying again", "无法连接，正在重试"],
  sections: ["Sections", "栏目"],
  find: ["Find id, number, text", "查找编号、号码、文本"],

  clock: ["Clock", "时钟"],
  running: ["real time", "真实时间"],
  standing: ["paused", "已暂停"],
  pause: ["Pause", "暂停"],
  run: ["Real time", "恢复真实时间"],
  minute: ["+1 min", "+1 分钟"],
  hour: ["+1 h", "+1 小时"],
  day: ["+1 day", "+1 天"],
  next: ["Next event", "下一事件"],
  nextAt: ["Next event {time}", "下一事件 {time}"],
  setClock: ["Set the clock (UTC+8)", "设置时钟（UTC+8）"],
  set: ["Set", "设置"],

  templates: ["Templates", "模板"],
  noTemplates: ["No templates.", "没有模板。"],
  signs: ["Signatures", "签名"],
  noSigns: ["No signatures.", "没有签名。"],
  defaultSign: ["default", "默认"],
  auditing: ["in audit", "审核中"],
  approved: ["approved", "已通过"],
  rejected: ["rejected", "已驳回"],
  approve: ["Approve", "通过"],
  reject: ["Reject…", "驳回…"],
  rejectNow: ["Reject", "驳回"],
  cancel: ["Cancel", "取消"],
  reason: ["Reason (optional)", "原因（可选）"],
  because: ["Reason: {reason}", "原因：{reason}"],
  remark: ["Remark: {remark}", "备注：{remark}"],
  validFor: ["valid {seconds} s", "有效期 {seconds} 秒"],
  type1: ["verification", "验证码"],
  type2: ["notification", "通知"],
  type3: ["marketing", "营销"],
  otherType: ["type {type}", "类型 {type}"],
  approveName: ["Approve {id}", "通过 {id}"],
  rejectName: ["Reject {id}", "驳回 {id}"],
  didApprove: ["{id} is approved.", "{id} 已通过。"],
  didReject: ["{id} is rejected.", "{id} 已驳回。"],

  schedules: ["Schedules", "定时任务"],
  noSchedules: ["No schedules.", "没有定时任务。"],
  single: ["single", "单条"],
  batch: ["batch", "批量"],
  pending: ["pending", "待发送"],
  sent: ["sent", "已发送"],
  failed: ["failed", "失败"],
  inTime: ["in {time}", "{time}后"],
  due: ["due", "到期"],
  goThere: ["Advance to then", "快进到此时"],
  recipients: ["to {mobile}", "发往 {mobile}"],
  recipientsMore: ["to {mobile} and {n} more", "发往 {mobile} 及另外 {n} 个号码"],
  nobody: ["to nobody", "无收件人"],
  refused: ["{n} refused: {first}", "{n} 个被拒：{first}"],
  usesTemplate: ["template {id}", "模板 {id}"],
  usesSign: ["signature {id}", "签名 {id}"],
  tagged: ["tag {tag}", "标签 {tag}"],

  outbox: ["Outbox", "发件箱"],
  messages: ["Messages, the newest first", "短信，最新在前"],
  noMessages: ["Nothing was sent yet.", "尚未发送任何短信。"],
  arrived: ["New message to {mobile}.", "新短信发往 {mobile}。"],
  arrivedMore: ["{n} new messages.", "{n} 条新短信。"],
  toNumber: ["To {mobile}", "发往 {mobile}"],
  kind_code: ["code", "验证码"],
  kind_voice: ["voice call", "语音呼叫"],
  kind_message: ["message", "短信"],
  kind_single: ["single schedule", "单条定时"],
  kind_batch: ["batch schedule", "批量定时"],
  onePart: ["{n} characters = 1 part", "{n} 字 = 1 条"],
  manyParts: ["{n} characters = {parts} parts ({lengths})", "{n} 字 = {parts} 条（{lengths}）"],
  ofSign: ["signature {n}", "签名 {n}"],
  ofText: ["text {n}", "正文 {n}"],
  ofOptOut: ["opt-out {n}", "退订 {n}"],
  ofBreaks: ["{n} line breaks count 2 each", "{n} 个换行各计 2 字"],
  ofBreak: ["1 line break counts 2", "1 个换行计 2 字"],
  partStarts: ["part {n} starts", "第 {n} 条开始"],

  settings: ["Settings", "设置"],
  balance: ["Balance", "余额"],
  balanceHint: ["Empty means: nothing allotted.", "留空表示未分配。"],
  app_balance: ["App", "应用"],
  app_voice: ["App, voice", "应用·语音"],
  app_industry: ["App, industry", "应用·行业"],
  app_market: ["App, marketing", "应用·营销"],
  dev_balance: ["Account", "账户"],
  dev_voice: ["Account, voice", "账户·语音"],
  dev_industry: ["Account, industry", "账户·行业"],
  dev_market: ["Account, marketing", "账户·营销"],
  save: ["Save", "保存"],
  saved: ["Saved.", "已保存。"],
  unchanged: ["Nothing was changed.", "没有改动。"],
  auditor: ["Auditor", "审核"],
  mode: ["Decides", "方式"],
  manual: ["you decide", "人工审核"],
  approveAll: ["approve all", "全部通过"],
  rejectAll: ["reject all", "全部驳回"],
  delay: ["After (s)", "延迟（秒）"],
  latency: ["Latency", "应答延迟"],
  latencyMs: ["Every answer (ms)", "每次应答（毫秒）"],

  faults: ["Faults", "故障"],
  noFaults: ["No faults to come.", "没有待发生的故障。"],
  fault: ["Fault", "故障"],
  method: ["Method", "方法"],
  anyMethod: ["any", "任意"],
  path: ["Path begins with", "路径前缀"],
  times: ["Times", "次数"],
  skips: ["Skip first", "先跳过"],
  status: ["HTTP status", "HTTP 状态"],
  code: ["Return code", "返回码"],
  delayMs: ["Delay (ms)", "延迟（毫秒）"],
  addFault: ["Add the fault", "添加故障"],
  clear: ["Clear", "清空"],
  timesLeft: ["× {n}", "× {n}"],
  skipsLeft: ["after {n} that pass", "先放行 {n} 次"],
  "drop-before": ["No effect, connection cut", "无效果，连接中断"],
  "drop-after": ["Effect, then connection cut", "已生效，连接中断"],
  "status-only": ["No effect, answers the status", "无效果，返回该状态"],
  "status-after": ["Effect, then answers the status", "已生效，返回该状态"],
  "delay-only": ["Answers late", "延迟应答"],
  truncate: ["Effect, then half an answer", "已生效，只应答一半"],
  html: ["Effect, then an HTML page", "已生效，返回 HTML 页面"],
  "out-of-freq": ["No effect, 50009 (too often)", "无效果，返回 50009（超频）"],

  requests: ["Requests", "请求"],
  noRequests: ["No requests yet.", "还没有请求。"],
  cut: ["cut", "中断"],
  reset: ["Reset the sandbox", "重置沙箱"],
  resetSure: ["Forget all templates, schedules and messages?", "清除所有模板、定时任务和短信？"],
  wasReset: ["The sandbox is as new.", "沙箱已重置。"],
  more: ["{n} more are not shown.", "另有 {n} 条未显示。"],
  failedCall: ["Refused: {error}", "被拒绝：{error}"],
  unreachable: ["The sandbox cannot be reached.", "无法连接沙箱。"],
  day_: ["{n} d", "{n} 天"],
};

const KEPT = "jsms-console-language";
let language = kept() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

// Storage may be forbidden by the browser's settings; the choice then lasts as long as the page.
function kept() {
  try {
    const word = localStorage.getItem(KEPT);
    return word === "zh" || word === "en" ? word : null;
  } catch {
    return null;
  }
}

export function currentLanguage() {
  return language;
}

export function toggleLanguage() {
  language = language === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // See kept().
  }
}

export function has(key) {
  return Object.hasOwn(WORDS, key);
}

// The words of a key; {name} stands for a value.
export function say(key, values = {}) {
  const text = WORDS[key][language === "zh" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// Puts words into everything of the page that names its own.
export function sayAll(root) {
  for (const each of root.querySelectorAll("[data-word]")) each.textContent = say(each.dataset.word);
  for (const each of root.querySelectorAll("[data-label]")) each.setAttribute("aria-label", say(each.dataset.label));
  for (const each of root.querySelectorAll("[data-hint]")) each.placeholder = say(each.dataset.hint);
}
