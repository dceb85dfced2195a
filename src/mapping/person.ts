import { z } from 'zod/v4';
import { LIMITS } from '../limits';

/** One @ with something on both sides and no spaces; stricter rules are Flameup's to apply. */
export const EMAIL_PATTERN = /^[^\s@]+@[^\s@]+$/u;

/** What Flameup takes for one person; documented limits only. */
export const Person = z.object({
	userId: z.string().trim().min(1).max(LIMITS.userId),
	email: z.string().max(LIMITS.email).regex(EMAIL_PATTERN).optional(),
	phone: z.string().max(LIMITS.phone).optional(),
	traits: z.record(z.string(), z.unknown()).optional(),
});
export type Person = z.infer<typeof Person>;
