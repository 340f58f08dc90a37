// The playground's call: made by the browser itself, so that key and words go to the gateway and nowhere else.
(() => {
  const place = () => document.querySelector("[data-playground]");
  const at = (name) => document.getElementById(`play-${name}`);
  const fact = (name, text) => { document.querySelector(`#play-receipt [data-fact="${name}"]`).textContent = text; };
  let running;

  const numbers = (value, options) => new Intl.NumberFormat(document.documentElement.lang, options).format(value);

  const showFault = (text) => {
    at("fault").textContent = text;
    at("fault").hidden = !text;
  };

  const body = () => {
    const most = Number.parseInt(at("max").value, 10);
    const messages = [{ role: "user", content: at("message").value }];
    if (at("system").value.trim()) messages.unshift({ role: "system", content: at("system").value });
    return JSON.stringify({
      model: at("model").value.trim(),
      messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(most > 0 ? { max_tokens: most } : {}),
    });
  };

  // Lines of an event stream: data of each frame, and comments, which carry the cost.
  async function* lines(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      yield* parts;
    }
  }

  const read = async (response, began) => {
    let first, usage;
    for await (const line of lines(response.body)) {
      const cost = /^: portal-cost-usd=(.*)$/.exec(line);
      if (cost) fact("cost", `$${cost[1].trim()}`);
      if (!line.startsWith("data: {")) continue;
      const chunk = JSON.parse(line.slice(6));
      if (chunk.error) throw new Error(chunk.error.message);
      usage = chunk.usage ?? usage;
      const text = chunk.choices?.[0]?.delta?.content;
      if (!text) continue;
      first ??= performance.now() - began;
      at("answer").append(text);
    }
    if (usage) fact("tokens", `${numbers(usage.prompt_tokens)} → ${numbers(usage.completion_tokens)}`);
    if (first !== undefined) fact("first", `${numbers(first, { maximumFractionDigits: 0 })} ms`);
  };

  const refusal = async (response) => {
    const text = await response.text();
    try {
      const { error } = JSON.parse(text);
      return `${response.status} ${error.code ?? error.type}: ${error.message}`;
    } catch {
      return `${response.status} ${text.slice(0, 500)}`;
    }
  };

  const show = (isRunning) => {
    at("send").disabled = isRunning;
    at("stop").hidden = !isRunning;
  };

  const send = async () => {
    running?.abort();
    const call = (running = new AbortController());
    at("answer").textContent = "";
    at("hint").textContent = place().dataset.waiting;
    at("hint").hidden = false;
    at("receipt").hidden = true;
    for (const name of ["cost", "tokens", "first", "total", "served"]) fact(name, "–");
    showFault("");
    show(true);
    const began = performance.now();
    try {
      const response = await fetch("/v1/chat/completions", {
        method: "POST",
        headers: { authorization: `Bearer ${at("key").value.trim()}`, "content-type": "application/json", "x-portal-cost": "true", "x-portal-tags": "source=playground" },
        body: body(),
        signal: call.signal,
        credentials: "omit",
      });
      at("hint").hidden = true;
      if (!response.ok) return showFault(await refusal(response));
      at("receipt").hidden = false;
      fact("served", `${decodeURIComponent(response.headers.get("x-portal-provider") ?? "")} · ${decodeURIComponent(response.headers.get("x-portal-model") ?? "")}`);
      document.querySelector("#play-receipt [data-fact=call]").href = `/calls/${response.headers.get("x-request-id")}`;
      await read(response, began);
    } catch (fault) {
      at("hint").hidden = true;
      showFault(fault.name === "AbortError" ? place().dataset.stopped : fault instanceof TypeError ? place().dataset.unreachable : fault.message);
    } finally {
      fact("total", `${numbers(performance.now() - began, { maximumFractionDigits: 0 })} ms`);
      show(false);
    }
  };

  // What the key may use, once it is whole.
  const models = async () => {
    const list = at("models");
    list.replaceChildren();
    const response = await fetch("/v1/models", { headers: { authorization: `Bearer ${at("key").value.trim()}` }, credentials: "omit" });
    if (!response.ok) return showFault(await refusal(response));
    showFault("");
    const { data } = await response.json();
    list.replaceChildren(...data.map((model) => Object.assign(document.createElement("option"), { value: model.id })));
    if (!at("model").value && data.length > 0) {
      at("model").value = data[0].id;
      at("model").dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest("[data-playground]")) return;
    event.preventDefault();
    send();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#play-stop")) running?.abort();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "play-key" && event.target.value.trim()) models().catch(() => {});
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "play-message" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  });
})();
