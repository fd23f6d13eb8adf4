// The JSON API, used to keep the server busy or to look behind the page.

import { expect } from '@playwright/test';

export interface Answer {
  status: 'PENDING' | 'STARTED' | 'SUCCESS' | 'FAILURE';
  result?: { id: number; title: string }[];
  error?: string;
}

/** Schedules a prediction for these likes; the answer's status and, when it was taken, its id. */
export async function schedule(url: string, liked: number[]): Promise<{ status: number; id?: string }> {
  const response = await fetch(`${url}/api/predict`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ 'input-data': { liked } }),
  });
  const body = (await response.json()) as { 'result-id'?: string };
  return { status: response.status, id: body['result-id'] };
}

export async function result(url: string, id: string): Promise<Answer> {
  return (await (await fetch(`${url}/api/get-result/${id}`)).json()) as Answer;
}

/** Gives the only worker something to do, and comes back when it does it. */
export async function occupyWorker(url: string, liked: number[]): Promise<string> {
  const { id = '' } = await schedule(url, liked);
  await expect.poll(async () => (await result(url, id)).status, { intervals: [50] }).toBe('STARTED');
  return id;
}

export async function finished(url: string, id: string) {
  await expect.poll(async () => (await result(url, id)).status, { timeout: 30_000 }).toBe('SUCCESS');
}
