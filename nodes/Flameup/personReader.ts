import type { IDataObject } from 'n8n-workflow';
import { type Problem, problemOf } from '../../src/errors';
import type { Listing } from '../../src/mapping/listings';
import { type Mapped, Mapper } from '../../src/mapping/mapper';
import { nearestName } from '../../src/mapping/nearest';
import type { Settings } from '../../src/settings/settings';
import { describe, paragraph } from '../../src/texts';
import { automaticRecords } from './automaticRecords';
import { Failure } from './failure';
import { manualRecords } from './manualRecords';
import type { Read } from './parameters';
import { mapsAutomatically } from './personFields';
import type { Run } from './run';
import { understoodText } from './understood';
import { WORDS } from './vocabulary';

/** Makes people of rows. */
export interface PersonReader {
	/** The person in a row. Throws a Failure when there is none. */
	readonly read: Read<Mapped>;
	/** How the fields were understood, and which ones the options name although no row has them. */
	hint(): string | undefined;
	/** Why the user ID may not be one. */
	warning(): string | undefined;
}

/** Throws at once when the options do not fit the rows. */
export function createPersonReader(run: Run, settings: Settings): PersonReader {
	const isAutomatic = mapsAutomatically(run.parameters);
	const { mapping, read, words, ...shape } = isAutomatic
		? automaticRecords(run, settings.mapping)
		: manualRecords(run, settings.mapping);
	const mapper = new Mapper({ settings, mapping, primaryKey: [], ...shape });
	const unknown = mapper.unknownColumns().find(isOfUserId);
	if (unknown !== undefined) throw new Failure(unknownColumn(unknown, mapper));
	let rowsRead = 0;
	return {
		read(row) {
			rowsRead++;
			const record = read(row);
			const mapped = orProblem(() => mapper.toPerson(record));
			const userId = 'code' in mapped ? readUserId(mapped) : mapped.person.userId;
			if (userId !== undefined) run.results.concerns(row, { user_id: userId });
			if (!('code' in mapped)) return mapped;
			throw new Failure(mapped, { endsRun: false, words });
		},
		hint() {
			const isComplete = rowsRead === run.items.length;
			const unseen = isComplete ? mapper.unseenColumns() : mapper.unknownColumns();
			const texts = unseen
				.filter((listing) => !isOfUserId(listing))
				.map((listing) => paragraph(describe(unknownColumn(listing, mapper), WORDS)));
			if (isAutomatic && rowsRead > 0) {
				const understood = mapper.understood();
				const isSeen = (path: string) => unseen.every(({ listed }) => listed !== path);
				const roles = understood.roles.filter(({ column }) => isSeen(column));
				texts.unshift(understoodText({ ...understood, roles }));
			}
			return texts.length > 0 ? texts.join(' ') : undefined;
		},
		warning() {
			const { from, paths } = mapper.understood().userId;
			const isId = from === 'name' && paths.some((path) => path.join('.') === 'id');
			return isId && run.items.some(({ json }) => isOfDataTable(json)) ? ROW_NUMBER : undefined;
		},
	};
}

const ROW_NUMBER =
	'The user ID comes from the field "id", which n8n\'s Data Table fills with the number of the row. Other tables have the same numbers for other people. If another field identifies the person, name it in "User ID Fields".';

/** Whether n8n's Data Table gave the row: it adds these three fields to every one. */
const isOfDataTable = ({ createdAt, id, updatedAt }: IDataObject): boolean =>
	typeof id === 'number' && Boolean(createdAt) && Boolean(updatedAt);

const isOfUserId = ({ setting }: Listing): boolean => setting === 'user_id_columns';

function unknownColumn({ listed, setting }: Listing, { columns }: Mapper) {
	const nearest = nearestName(listed, columns);
	return {
		code: 'unknown_column',
		setting: `mapping.${setting}`,
		column: listed,
		columns,
		...(nearest !== undefined && { nearest }),
	} as const;
}

const readUserId = (problem: Problem): string | undefined =>
	'userId' in problem && typeof problem.userId === 'string' ? problem.userId : undefined;

/** The mapper's result, or the error that an odd value caused. */
function orProblem<T>(work: () => T) {
	try {
		return work();
	} catch (error) {
		return problemOf(error);
	}
}
