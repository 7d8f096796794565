// The planner's page: levers to move, and what comes of them, narrowing as replications arrive.

const PAUSE_MS = 80; // after the last move, before it is simulated
const AGAIN_MS = 3000;
const MOST_PINNED = 5;
const { say, plural, spoken } = window;
const numbers = spoken.numbers({ maximumFractionDigits: 0 });
const precise = spoken.numbers({ maximumFractionDigits: 1 });
const short = spoken.numbers({ maximumSignificantDigits: 3, notation: "compact" });
const dates = spoken.dates({ weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const element = (id) => document.getElementById(id);

let onTime = 0.9;
let scenarios = [];
let scenario = null; // what may be moved in it
let state = null; // {base, levers, pinned}: all that a link holds
let past = []; // states before this one
let known = null; // what was told last
let running = null; // what stops the study under way
let pause = 0;
let view = null; // the chart

// ---------------------------------------------------------------- state

function begin(name) {
  scenario = scenarios.find((each) => each.name === name) ?? scenarios[0];
  state = { base: Object.keys(scenario.plans)[0], levers: {}, pinned: [] };
}

function change(next) {
  past.push(state);
  state = next;
  show();
  simulateSoon();
}

const present = () => ({ ...scenario.plans[state.base].levers, ...state.levers });

function move(name, value) {
  const before = scenario.plans[state.base].levers[name];
  const levers = { ...state.levers, [name]: value };
  if (JSON.stringify(before) === JSON.stringify(value)) delete levers[name];
  change({ ...state, levers });
}

function reference() {
  const [name, plan] = Object.entries(scenario.plans)[0];
  return { base: name, title: plan.title, levers: {} };
}

function yours() {
  const isMoved = Object.keys(state.levers).length > 0;
  return { base: state.base, title: isMoved ? say("Your plan") : scenario.plans[state.base].title, levers: state.levers };
}

const same = (one, other) => one.base === other.base && JSON.stringify(one.levers) === JSON.stringify(other.levers);
const isKept = () => [reference(), ...state.pinned].some((each) => same(each, yours()));

// The first is what the others are compared with; the last is the one that is being moved.
function tried() {
  const others = state.pinned.filter((each) => !same(each, reference()) && !same(each, yours()));
  return same(reference(), yours()) ? [reference(), ...others] : [reference(), ...others, yours()];
}

const wish = () => ({ scenario: scenario.name, plans: tried() });

function remember() {
  const kept = JSON.stringify({ scenario: scenario.name, ...state });
  history.replaceState(null, "", `#${encodeURIComponent(kept)}`);
  document.querySelectorAll(".languages a").forEach((link) => (link.hash = location.hash)); // another language, the same plan
}

function recall() {
  let kept = null;
  try {
    kept = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  } catch {
    kept = null; // no link, or one that was cut off
  }
  begin(kept?.scenario);
  if (!kept || kept.scenario !== scenario.name || !(kept.base in scenario.plans)) return;
  const pinned = (kept.pinned ?? []).filter((each) => each.base in scenario.plans);
  state = { base: kept.base, levers: kept.levers ?? {}, pinned };
}

// ---------------------------------------------------------------- levers

function lever(id, label, most, value, isMoved, onMove, { step = 1, text = String } = {}) {
  const block = document.createElement("div");
  block.className = `lever${isMoved ? " moved" : ""}`;
  const name = document.createElement("label");
  name.htmlFor = id;
  name.textContent = label;
  const shown = document.createElement("output");
  shown.htmlFor = id;
  shown.textContent = text(value);
  const input = document.createElement("input");
  Object.assign(input, { type: "range", id, min: 0, max: most, step });
  input.value = value;
  input.setAttribute("aria-valuetext", text(value));
  input.addEventListener("input", () => {
    shown.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", text(Number(input.value)));
  });
  input.addEventListener("change", () => onMove(Number(input.value)));
  block.append(name, shown, input);
  return block;
}

function group(title, hint, parts) {
  const block = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.textContent = title;
  block.append(legend);
  if (hint) {
    const told = document.createElement("p");
    told.className = "hint";
    told.textContent = hint;
    block.append(told);
  }
  block.append(...parts);
  return block;
}

const named = (name) => name.replaceAll("-", " ").replace(/^./, (first) => first.toUpperCase());
const day = (iso) => dates.format(new Date(`${iso}T00:00:00Z`));
const ofAll = (most) => (value) => (value ? say("{n} of {most}", { n: value, most }) : say("nobody"));

function people(kind, now, most) {
  return Object.keys(scenario.groups).map((name) => {
    const value = now[kind][name] ?? 0;
    const before = scenario.plans[state.base].levers[kind][name] ?? 0;
    return lever(`${kind}-${name}`, named(name), most(name), value, value !== before, (moved) => {
      const next = { ...now[kind], [name]: moved };
      if (kind !== "staff") Object.keys(next).forEach((each) => next[each] || delete next[each]);
      move(kind, next);
    }, { text: kind === "staff" ? String : ofAll(most(name)) });
  });
}

function single(name, label, now, most, options) {
  const moved = name in state.levers;
  return lever(name, label, most, now[name], moved, (value) => move(name, value), options);
}

const minutes = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const clock = (value) => `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(value % 60).padStart(2, "0")}`;

function until(now) {
  const closes = minutes(scenario.closes);
  const text = (steps) => clock(closes + 15 * steps);
  const value = (minutes(now.evening_until) - closes) / 15;
  const moved = "evening_until" in state.levers;
  return lever("evening_until", say("Until"), 16, value, moved, (steps) => move("evening_until", text(steps)), { text });
}

function helpers(now) {
  return Object.keys(scenario.groups)
    .filter((name) => !scenario.plans[state.base].levers.helpers.includes(name))
    .map((name) => {
      const text = (value) => (value ? say("yes") : say("no"));
      return lever(`helps-${name}`, say("{group} also at the counters", { group: named(name) }), 1, Number(now.helpers.includes(name)), now.helpers.includes(name), (value) => {
        move("helpers", value ? [...now.helpers, name] : now.helpers.filter((each) => each !== name));
      }, { text });
    });
}

function showLevers() {
  const now = present();
  const there = (name) => Math.max(now.staff[name], 1);
  const { cover, most } = scenario;
  const days = cover.first_day === cover.last_day ? day(cover.first_day) : say("{first} to {last}", { first: day(cover.first_day), last: day(cover.last_day) });
  const blocks = [
    group(say("Work through lunch"), days, people("lunch", now, there)),
    group(say("Stay in the evening"), days, [...people("evening", now, there), until(now)]),
  ];
  if (cover.saturdays.length) blocks.push(group(say("Open on Saturday morning"), spoken.list(cover.saturdays.map(day)), people("saturday", now, there)));
  blocks.push(group(say("People"), "", people("staff", now, (name) => scenario.groups[name].most)));
  const training = helpers(now);
  if (training.length) blocks.push(group(say("Trained to help"), "", training));
  const things = [single("counters", say("Counters"), now, most.counters)];
  if (most.desks !== null) things.push(single("desks", say("Desks"), now, most.desks));
  if (most.scanners !== null) things.push(single("scanners", say("Scanners"), now, most.scanners));
  things.push(single("link_mbit_per_s", say("Line, Mbit/s"), now, most.link_mbit_per_s, { step: 10 }));
  things.push(single("ups_min", say("Batteries, minutes"), now, 240, { step: 10 }));
  blocks.push(group(say("Things"), "", things));
  if (scenario.has_volunteers) blocks.push(group(say("Volunteers"), days, [single("volunteers", say("Teams"), now, most.volunteers)]));
  const percent = (value) => `${numbers.format(100 * value)} %`;
  blocks.push(group(say("What if"), "", [single("demand_ratio", say("Visitors, of what is expected"), now, most.demand_ratio, { step: 0.05, text: percent })]));
  const focus = document.activeElement?.id;
  element("groups").replaceChildren(...blocks);
  if (focus) element(focus)?.focus();
}

function options(select, entries, chosen) {
  select.replaceChildren(
    ...entries.map(([value, text]) => {
      const option = document.createElement("option");
      Object.assign(option, { value, textContent: text, selected: value === chosen });
      return option;
    }),
  );
}

function show() {
  remember();
  element("title").textContent = scenario.title;
  element("question").textContent = scenario.question;
  options(element("scenario"), scenarios.map((each) => [each.name, each.title]), scenario.name);
  options(element("base"), Object.entries(scenario.plans).map(([name, plan]) => [name, plan.title]), state.base);
  element("undo").disabled = past.length === 0;
  element("reset").disabled = Object.keys(state.levers).length === 0;
  showLevers();
}

// ---------------------------------------------------------------- what comes of it

const percent = (value) => `${numbers.format(100 * value)} %`;
const band = (figure, text) => say("{low} to {high}", { low: text(figure.low), high: text(figure.high) });
const wait = (seconds) => say("{n} min", { n: numbers.format(seconds / 60) });

function card(title, figure, text, gain, isBetter) {
  const block = document.createElement("div");
  block.className = "card";
  const value = document.createElement("b");
  value.textContent = figure ? text(figure.mean) : "–";
  const name = document.createElement("span");
  name.textContent = title;
  const spread = document.createElement("small");
  spread.textContent = figure ? say("8 times in 10: {band}", { band: band(figure, text) }) : "";
  block.append(value, name, spread);
  if (gain) {
    const told = document.createElement("small");
    const points = say("points");
    const amount = text(Math.abs(gain.mean)).replace("%", points);
    const change = { change: `${gain.mean > 0 ? "+" : "−"}${amount}`, plan: known.plans[0].title };
    told.textContent = {
      better: () => say("{change} against {plan}: better", change),
      worse: () => say("{change} against {plan}: worse", change),
      same: () => say("the same"),
      "cannot tell": () => say("{change} against {plan}: no clear difference", change),
    }[gain.verdict]();
    told.className = gain.verdict;
    block.append(told);
  }
  return block;
}

// What is known of the plan that is being moved: the last, or the first if that is the one.
const knownOfYours = () => known.plans[same(reference(), yours()) ? 0 : known.plans.length - 1];

function howOften(ratio, told) {
  if (ratio >= 0.9) return say("{plan} almost surely reaches {part} on time, of all that came in the peak week.", told);
  if (ratio >= 0.5) return say("{plan} more likely than not reaches {part} on time, of all that came in the peak week.", told);
  if (ratio >= 0.1) return say("{plan} probably misses {part} on time, of all that came in the peak week.", told);
  return say("{plan} almost surely misses {part} on time, of all that came in the peak week.", told);
}

function showAnswer() {
  const { title, reaches_on_time: reached, peak } = knownOfYours();
  const { ratio, low, high } = reached;
  const { on_time_all_ratio: rate } = peak;
  const line = document.createElement("b");
  line.textContent = howOften(ratio, { plan: title, part: percent(onTime) });
  const spread = rate ? say("{mean} on average, {band} eight times in ten.", { mean: percent(rate.mean), band: band(rate, percent) }) : "";
  element("answer").replaceChildren(line, " ", spread);
  element("sureness").textContent = plural(
    "{ratio} of {n} simulated peak week reaches it; the true share is likely between {low} and {high}.",
    "{ratio} of {n} simulated peak weeks reach it; the true share is likely between {low} and {high}.",
    known.n_replications,
    { ratio: percent(ratio), low: percent(low), high: percent(high) },
  );
}

function costTitle({ citizen_cost: citizens }) {
  if (!citizens || !(citizens.mean > 0)) return say("cost of all weeks, VND");
  return say("cost of all weeks, VND, of it {cost} citizens' waiting", { cost: short.format(citizens.mean) });
}

function showCards() {
  const { peak, period, differences } = knownOfYours();
  const hours = (value) => say("{n} h", { n: precise.format(value) });
  element("cards").replaceChildren(
    card(say("on time, of all that came in the peak week"), peak.on_time_all_ratio, percent, differences.on_time_all_ratio),
    card(say("records wait when it closes"), peak.backlog_count, (value) => numbers.format(value), differences.backlog_count),
    card(say("longest wait of 95 in 100 visitors"), peak.wait_s_p95, wait, differences.wait_s_p95),
    card(say("overtime in the peak week"), peak.overtime_h, hours, differences.overtime_h),
    card(say("longest day of anybody, of {n} h allowed", { n: precise.format(scenario.allowed.day_h) }), peak.labour_day_h_max, hours),
    card(say("overtime of anybody in the month, of {n} h", { n: precise.format(scenario.allowed.overtime_month_h) }), peak.labour_month_overtime_h_max, hours),
    card(say("visits that came in vain"), peak.unserved_count, (value) => numbers.format(value)),
    card(costTitle(period), period.cost, (value) => short.format(value)),
  );
}

function showPlans() {
  const body = element("plans").tBodies[0];
  const asked = tried();
  const lines = known.plans.map((plan, index) => {
    const line = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = plan.title;
    const cells = [
      plan.peak.on_time_all_ratio ? percent(plan.peak.on_time_all_ratio.mean) : "–",
      percent(plan.reaches_on_time.ratio),
      plan.peak.backlog_count ? numbers.format(plan.peak.backlog_count.mean) : "–",
      plan.peak.wait_s_p95 ? wait(plan.peak.wait_s_p95.mean) : "–",
      plan.peak.overtime_h ? say("{n} h", { n: numbers.format(plan.peak.overtime_h.mean) }) : "–",
      plan.period.cost ? short.format(plan.period.cost.mean) : "–",
    ];
    const titles = [...element("plans").tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
    line.append(name, ...cells.map((text, column) => {
      const cell = document.createElement("td");
      cell.textContent = text;
      cell.dataset.title = titles[column];
      return cell;
    }));
    const last = document.createElement("td");
    const pinned = state.pinned.findIndex((each) => each.title === asked[index]?.title && each.base === asked[index]?.base);
    if (pinned >= 0) {
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = say("Remove");
      away.setAttribute("aria-label", say("Remove {plan}", { plan: plan.title }));
      away.addEventListener("click", () => change({ ...state, pinned: state.pinned.filter((_, each) => each !== pinned) }));
      last.append(away);
    }
    line.append(last);
    return line;
  });
  body.replaceChildren(...lines);
  element("pin").disabled = state.pinned.length >= MOST_PINNED || isKept();
}

function chartRows() {
  return known.plans.flatMap((plan, index) =>
    plan.days.map((each) => ({ plan: plan.title, order: plan === knownOfYours() ? 0 : index + 1, ...each })),
  );
}

async function drawChart() {
  if (!view) {
    const answer = await fetch(`api/v1/planning/chart?lang=${spoken.tag}`);
    const spec = { ...(await answer.json()), datasets: { backlog: chartRows() } };
    const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true }, timeFormatLocale: spoken.timeNames() };
    ({ view } = await window.vegaEmbed(element("chart"), spec, options));
  }
  await view.data("backlog", chartRows()).resize().runAsync(); // more plans have a higher legend
}

async function showKnown(found) {
  known = found;
  element("refusal").hidden = true;
  document.querySelector(".results").classList.remove("stale");
  showAnswer();
  showCards();
  showPlans();
  await drawChart();
}

function refuse(problem) {
  const told = element("refusal");
  told.textContent = problem.found ? say("Not possible: {found}. Possible is: {expected}.", problem) : problem.detail;
  told.hidden = false;
  document.querySelector(".results").classList.add("stale");
}

async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [event, data] = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      yield { event: event.slice("event: ".length), data: JSON.parse(data.slice("data: ".length)) };
    }
  }
}

const post = (path, signal) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish()), signal });

async function simulate() {
  running?.abort();
  const stopped = new AbortController();
  running = stopped;
  try {
    const answer = await post("api/v1/planning/studies", stopped.signal);
    if (!answer.ok) {
      refuse(await answer.json());
      return;
    }
    for await (const { event, data } of messages(answer.body)) {
      if (stopped.signal.aborted) return;
      // A mistake in what is shown is none of the connection, and is told as what it is.
      if (event === "known") showKnown(data).catch((mistake) => console.error(mistake));
      else refuse(data);
    }
  } catch {
    if (stopped.signal.aborted) return;
    refuse({ detail: say("The connection is lost; trying again.") });
    setTimeout(() => stopped === running && simulate(), AGAIN_MS);
  }
}

function simulateSoon() {
  running?.abort();
  clearTimeout(pause);
  pause = setTimeout(simulate, PAUSE_MS);
}

// ---------------------------------------------------------------- to take away

function give(name, url) {
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
}

const giveText = (name, kind, text) => give(name, URL.createObjectURL(new Blob([text], { type: kind })));
const tell = (text) => (element("told").textContent = text);

async function giveFile() {
  const answer = await post("api/v1/planning/file");
  if (answer.ok) giveText(`${scenario.name}-tried.yaml`, "application/yaml", await answer.text());
  else refuse(await answer.json());
}

// The report takes its time; whoever closes the page ends it.
async function giveReport() {
  element("report").disabled = true;
  tell(say("The report is being written."));
  try {
    const answer = await post("api/v1/planning/report");
    if (!answer.ok) refuse(await answer.json());
    else for await (const { event, data } of messages(answer.body)) showReport(event, data);
  } catch {
    tell(say("The connection is lost; the report was not written."));
  }
  element("report").disabled = false;
}

function showReport(event, data) {
  if (event === "progress") {
    const far = { n: numbers.format(data.n), of: numbers.format(data.of) };
    tell(say("The report is being written: {n} of {of} replications.", far));
  } else if (event === "report") {
    const bytes = Uint8Array.from(atob(data.pdf), (each) => each.charCodeAt(0));
    give(data.name, URL.createObjectURL(new Blob([bytes], { type: "application/pdf" })));
    tell(say("The report is written."));
  } else refuse(data);
}

function giveCsv() {
  const figures = Object.keys(known.plans[0].peak);
  const head = ["plan", ...figures.flatMap((name) => [`${name}_mean`, `${name}_low`, `${name}_high`])];
  const lines = known.plans.map((plan) => [
    `"${plan.title.replaceAll('"', '""')}"`,
    ...figures.flatMap((name) => ["mean", "low", "high"].map((point) => plan.peak[name]?.[point] ?? "")),
  ]);
  giveText(`${scenario.name}-tried.csv`, "text/csv", [head, ...lines].map((line) => line.join(",")).join("\r\n"));
}

async function copyLink() {
  remember();
  try {
    await navigator.clipboard.writeText(location.href);
    tell(say("Copied."));
  } catch {
    tell(say("The address of this page is the link."));
  }
}

// ---------------------------------------------------------------- begin

element("scenario").addEventListener("change", (event) => {
  begin(event.target.value);
  past = [];
  show();
  simulateSoon();
});
element("base").addEventListener("change", (event) => change({ ...state, base: event.target.value, levers: {} }));
element("undo").addEventListener("click", () => {
  state = past.pop();
  show();
  simulateSoon();
});
element("reset").addEventListener("click", () => change({ ...state, levers: {} }));
element("pin").addEventListener("click", () => {
  const isMoved = Object.keys(state.levers).length > 0;
  const title = isMoved ? say("Plan {letter}", { letter: String.fromCharCode(65 + state.pinned.length) }) : yours().title;
  change({ ...state, pinned: [...state.pinned, { base: state.base, levers: state.levers, title }] });
});
element("share").addEventListener("click", copyLink);
element("file").addEventListener("click", giveFile);
element("report").addEventListener("click", giveReport);
element("csv").addEventListener("click", () => known && giveCsv());
element("picture").addEventListener("click", async () => view && give(`${scenario.name}.png`, await view.toImageURL("png", 2)));

async function start() {
  try {
    const answer = await fetch("api/v1/planning");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const offer = await answer.json();
    onTime = offer.on_time;
    scenarios = offer.scenarios;
  } catch {
    element("sureness").textContent = say("The service does not answer; trying again.");
    setTimeout(start, AGAIN_MS);
    return;
  }
  recall();
  show();
  simulateSoon();
}

start();
