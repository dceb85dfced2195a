import { z } from 'zod/v4';
import { LIMITS } from '../limits';

/** Exactly one @ with text on both sides and no spaces; stricter checks are left to Flameup. */
export const EMAIL_PATTERN = /^[^\s@]+@[^\s@]+$/u;

/** A person as Flameup accepts them; checks only documented limits. */
export const Person = z.object({
	userId: z.string().trim().min(1).max(LIMITS.userId),
	email: z.string().max(LIMITS.email).regex(EMAIL_PATTERN).optional(),
	phone: z.string().max(LIMITS.phone).optional(),
	traits: z.record(z.string(), z.unknown()).optional(),
});
export type Person = z.infer<typeof Person>;
