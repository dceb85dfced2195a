import { type Place, places } from './places.mts';
import type { Random } from './random.mts';

/** One row of the CRM, as its Airbyte source sends it. */
export type Contact = Record<string, unknown>;

/** Too large for a JavaScript number, so it is text here; the file has it as a JSON number. */
export const BIG_ID = '9007199254740993';

const DAY_MS = 86_400_000;
const missingIds = [null, '', undefined, '   '];
const missingEmails = [null, undefined, ''];
const malformedEmails = [
	'anna@',
	'n/a',
	'foo bar@x.com',
	'@example.com',
	'keine E-Mail',
	'jan.kowalski',
	'a@b@example.com',
	'bob at example.com',
	'pat @example.com',
	'-',
	'info@',
	'lea roy@example.org',
	'Kim <kim@example.net>',
	'x@example.com; y@example.com',
];
const tags = [
	'vip',
	'newsletter',
	'trial',
	'Messe 2026',
	'überfällig',
	'パートナー',
	'no-call',
	'🔥',
];
const companies = [
	'Müller & Söhne GmbH',
	'Société Générique',
	'ACME, Inc.',
	'株式会社サンプル',
	'Żabka & Co',
];
const letters: Record<string, string> = { ß: 'ss', ł: 'l', ı: 'i', œ: 'oe', ø: 'o', đ: 'd' };

const shown = (name: string) => name.split('=')[0] as string;

const plain = (name: string) =>
	(name.split('=')[1] ?? name)
		.toLowerCase()
		.normalize('NFD')
		.replace(/[^a-z0-9]/g, (letter) => letters[letter] ?? '');

const isoDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);

const idOf = (n: number, random: Random): unknown => {
	if (n === 16) return BIG_ID;
	if (n % 1_500 === 700) return missingIds[Math.floor(n / 1_500) % missingIds.length];
	const id = 20_000 + n * 3 + random.between(0, 2);
	if (random.oneIn(12)) return String(id);
	if (random.oneIn(40)) return `LEAD-${id}`;
	if (random.oneIn(300)) return ` ${id} `;
	return id;
};

const emailOf = (n: number, given: string, family: string, place: Place, random: Random) => {
	if (n % 250 === 7) return malformedEmails[Math.floor(n / 250) % malformedEmails.length];
	if (n % 167 === 3) return missingEmails[Math.floor(n / 167) % missingEmails.length];
	const [first, last] = [plain(given), plain(family)];
	const email = random.pick([
		`${first}.${last}.${n}@${place.domain}`,
		`${first[0]}${last}${n}@example.com`,
		`${first}_${n}@mail.example.org`,
		`${first}+crm${n}@example.net`,
	]);
	return random.oneIn(15) ? email.toUpperCase() : email;
};

const phoneOf = (place: Place, random: Random) => {
	if (random.oneIn(6)) return random.pick([null, undefined, '', 'unbekannt']);
	const phone = random.pick(place.phones).replace(/#/g, () => String(random.between(0, 9)));
	return /^\d+$/.test(phone) && !phone.startsWith('0') ? Number(phone) : phone;
};

const addressOf = (place: Place, random: Random) => ({
	street: `${random.pick(place.streets)} ${random.between(1, 180)}`,
	zip: String(random.between(0, 99_999)).padStart(5, '0'),
	city: random.pick(place.cities),
	country: place.country,
});

/** The columns that warehouses and CDC add, which should not become traits. */
const bookkeeping = (n: number, random: Random): Contact => {
	if (n % 5 > 0) return {};
	const digits = (count: number) => String(random.between(10 ** (count - 1), 10 ** count - 1));
	return {
		_airbyte_raw_id: `0198a7c4-${digits(4)}-7${digits(3)}-8${digits(3)}-${digits(12)}`,
		_airbyte_extracted_at: '2026-03-01T05:58:41.000Z',
		_airbyte_meta: { sync_id: 41, changes: [] },
	};
};

/** The first record of the `n`th person. */
export const newContact = (n: number, random: Random): Contact => {
	const place = random.pick(places);
	const [given, family] = [random.pick(place.given), random.pick(place.family)];
	return {
		id: idOf(n, random),
		'First Name': random.oneIn(60) ? '' : shown(given),
		LAST_NAME: shown(family),
		Email: emailOf(n, given, family, place, random),
		Phone: phoneOf(place, random),
		Company: random.oneIn(3) ? random.pick(companies) : undefined,
		'Job Title': random.oneIn(8) ? null : random.pick(place.jobs),
		'Lead Score': random.between(0, 100),
		'Lifetime Value': random.oneIn(3) ? random.between(0, 2_000_000) / 100 : undefined,
		newsletter_opt_in: random.oneIn(10) ? null : random.oneIn(2),
		tags: random.oneIn(3) ? [random.pick(tags), random.pick(tags)] : [],
		address: random.oneIn(3) ? null : addressOf(place, random),
		birth_date: random.oneIn(4) ? isoDay(random.between(-8_000, 13_000) * DAY_MS) : undefined,
		Notes: random.oneIn(4) ? random.pick(place.notes) : undefined,
		locale: place.locale,
		timezone: random.oneIn(2) ? place.timezone : undefined,
		...bookkeeping(n, random),
	};
};

/** A later record of a person: other values, fewer columns, and perhaps the id as text. */
export const changedContact = (contact: Contact, n: number, random: Random): Contact => ({
	...contact,
	id: typeof contact.id === 'number' && random.oneIn(4) ? String(contact.id) : contact.id,
	Email:
		n % 1_000 === 11 ? 'n/a' : random.oneIn(5) ? `new.address.${n}@example.com` : contact.Email,
	Phone: random.oneIn(3) ? undefined : contact.Phone,
	'Lead Score': random.between(0, 100),
	Notes: 'changed by hand ✏️\n(second line, "quoted")',
	...(n % 250 === 7 && { Email: `mended.${n}@example.com` }),
});
