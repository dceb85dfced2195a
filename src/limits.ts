/** Flameup's documented address. */
export const DEFAULT_API_URL = 'https://api.flameup.ai/api/v1';

/** People in one batch request; Flameup documents 100. */
export const MAX_BATCH_SIZE = 100;

/** Requests a minute for one API key (Flameup's page on rate limits). */
export const REQUESTS_PER_MINUTE = 120;

/** Length of the rate limit's window in milliseconds (Flameup's page on rate limits). */
export const WINDOW_MS = 60_000;

/** Maximum characters of a user ID, an email address and a phone number (Flameup's guide to people). */
export const LIMITS = { userId: 255, email: 254, phone: 50 } as const;

/** Maximum characters of an API key. Flameup's keys have about 80; a far longer text is not a key. */
export const LONGEST_KEY = 1_000;

/** Bytes around the people in the body of a batch: `{"people":[` and `]}`. */
export const ENVELOPE_BYTES = 13;
