import { type Answered, FlameupError } from '../errors';

/**
 * Isolating refused people takes a request each, so more would take hours. A good table rarely begins with
 * this many bad rows.
 */
const MOST_REFUSED = 1_000;

/** Detects that Flameup refuses everybody for one reason, which means a wrong setup. */
export class RefusalStreak {
	#hasAccepted = false;
	#reason = '';
	#people = 0;

	accepted(): void {
		this.#hasAccepted = true;
	}

	/** Throws FlameupError (all_refused) when 1,000 people were refused before anybody was accepted. */
	refused(answered: Answered): void {
		const reason = `${answered.status} ${answered.fields.join()}`;
		this.#people = this.#reason === reason ? this.#people + 1 : 1;
		this.#reason = reason;
		if (this.#hasAccepted || this.#people < MOST_REFUSED) return;
		throw new FlameupError({ code: 'all_refused', ...answered, people: this.#people });
	}
}
