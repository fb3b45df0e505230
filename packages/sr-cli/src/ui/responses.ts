/** Answers of the server of `sr ui`. */
import type { ServerResponse } from 'node:http';
import { reportOf } from '../errors.js';

/** A request that is refused, and why. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** Says what went wrong, unless something has been said already. */
export function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, message } = reportOf(error);
  sendJson(response, { code, message }, error instanceof RequestError ? error.status : 500);
}
