/**
 * What the protocol needs of a thread: a Web Worker, a worker's own global scope, a MessagePort, or a `Worker` or
 * `parentPort` of Node's worker_threads.
 *
 * Browsers tell events by `addEventListener`, Node's Worker by `on`; Node's ports know both.
 */
export interface Port {
  postMessage(message: unknown, transfer: never[]): void;
  addEventListener?(type: string, listener: Listener): void;
  removeEventListener?(type: string, listener: Listener): void;
  on?(type: string, listener: Listener): unknown;
  off?(type: string, listener: Listener): unknown;
  start?(): void;
  close?(): void;
  terminate?(): unknown;
  ref?(): void;
  unref?(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: what arrives differs by event and platform; each type declares it its own way.
type Listener = (value: any) => void;

export interface PortListeners {
  message(data: unknown): void;
  /** The other side is gone or can no longer be understood; called once. */
  end(why: string, cause?: unknown): void;
}

/** Listens to all that can happen to a port; the returned function stops that. */
export function listen(port: Port, { message, end }: PortListeners): () => void {
  let ended = false;
  const once = (why: string, cause?: unknown): void => {
    if (!ended) end(why, cause);
    ended = true;
  };
  const browser = port.addEventListener !== undefined;
  const handlers: Record<string, Listener> = {
    message: (value: unknown) => message(browser ? (value as MessageEvent).data : value),
    messageerror: () => once('a message could not be read'),
    error: (value: unknown) => {
      const cause = browser ? ((value as ErrorEvent).error ?? (value as ErrorEvent).message) : value;
      once(
        `it failed: ${cause instanceof Error ? cause.message : String(cause ?? 'its script could not be loaded')}`,
        cause,
      );
    },
    close: () => once('its port was closed'),
    exit: (code: unknown) => once(`it ended with code ${code}`),
  };
  for (const [type, handler] of Object.entries(handlers)) {
    if (browser) port.addEventListener?.(type, handler);
    else port.on?.(type, handler);
  }
  port.start?.();
  return () => {
    for (const [type, handler] of Object.entries(handlers)) {
      if (browser) port.removeEventListener?.(type, handler);
      else port.off?.(type, handler);
    }
  };
}
