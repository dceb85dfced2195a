import type { Rejection } from '../errors';
import type { Change } from '../flameup/answers';
import type { Json } from '../flameup/json';

/** The outcome of one record. `ref` is what the caller passed with it. */
export type Outcome<Ref> =
	| {
			readonly status: 'upserted';
			readonly ref: Ref;
			/** Missing if Flameup's answer does not count this person. */
			readonly change?: Change | undefined;
			/** The change is certain for this person, not only assigned from the batch's counts. */
			readonly exact?: true | undefined;
			/** The record was merged into a later one of the same person. */
			readonly merged?: true | undefined;
			/** The person as Flameup's answer shows them, with `showsPeople`. */
			readonly shown?: Json | undefined;
	  }
	/** The person equals what Flameup confirmed before, so the record is not sent. */
	| { readonly status: 'unchanged'; readonly ref: Ref }
	| { readonly status: 'rejected'; readonly ref: Ref; readonly rejection: Rejection };
