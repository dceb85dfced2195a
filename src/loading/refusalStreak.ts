import { type Answered, FlameupError } from '../errors';

/** Isolating them takes a request each, so that more would take hours; a bad beginning of a good table is shorter. */
const MOST_REFUSED = 1_000;

/** Notices when Flameup refuses everybody for one reason: the fault is in the set-up, not in the people. */
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
