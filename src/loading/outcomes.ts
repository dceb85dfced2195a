import type { Rejection } from '../errors';
import type { Change } from '../flameup/answers';
import type { Json } from '../flameup/json';

/** How one record ended. `ref` is what the caller gave with it. */
export type Outcome<Ref> =
	| {
			readonly status: 'upserted';
			readonly ref: Ref;
			/** Left out when Flameup's answer does not count this person. */
			readonly change?: Change;
			/** The change is this person's own, not only part of the batch's counts. */
			readonly exact?: true;
			/** Another record of the same person went in the same batch, and stands for this one too. */
			readonly merged?: true;
			/** The person as Flameup's answer shows them, if the loader is to show people. */
			readonly shown?: Json;
	  }
	| { readonly status: 'rejected'; readonly ref: Ref; readonly rejection: Rejection };
