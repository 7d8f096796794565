// Follows a centre's figures: by the stream, and by asking where nothing comes of it; tells when neither answers.

const REFRESH_MS = 2000;
const TIMEOUT_MS = 5000;
const SILENCE_MS = 7000; // the stream is never silent for longer than five seconds
const STALE_MS = 30_000; // so long a stream may look open and bring nothing

/**
 * @param place where the service is: {prefix, query}, as the page names them.
 * @param onState is given each state as it comes.
 * @param onLost is given when the last one came, or null, every two seconds while none comes.
 */
export function follow({ prefix, query }, onState, onLost) {
  let stream = null;
  let opened = 0;
  let heard = 0; // of the stream
  let answered = null;
  let isAsking = false;

  function take(state) {
    answered = new Date();
    onState(state);
  }

  function open() {
    stream?.close();
    opened = Date.now();
    stream = new EventSource(`${prefix}/api/v1/stream${query ? `${query}&` : "?"}of=state`);
    stream.addEventListener("state", (message) => {
      heard = Date.now();
      take(JSON.parse(message.data));
    });
  }

  async function ask() {
    try {
      const answer = await fetch(`${prefix}/api/v1/state${query}`, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (answer.status === 401) location.reload(); // whoever was logged in is so no longer: the page says where to
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      take(await answer.json());
    } catch {
      onLost(answered);
    }
  }

  async function check() {
    if (isAsking || Date.now() - heard <= SILENCE_MS) return;
    isAsking = true;
    await ask();
    isAsking = false;
    const silent = Date.now() - Math.max(heard, opened);
    if (stream.readyState === EventSource.CLOSED || silent > STALE_MS) open();
  }

  open();
  check();
  setInterval(check, REFRESH_MS);
  window.addEventListener("offline", () => {
    heard = 0;
    onLost(answered);
  });
  window.addEventListener("online", () => {
    open();
    check();
  });
}
