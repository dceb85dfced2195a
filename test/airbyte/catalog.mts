/** One stream of a catalog. */
export interface StreamSpec {
	readonly name: string;
	readonly namespace?: string | null;
	readonly mode?: string;
	readonly key?: readonly string[];
	readonly columns?: readonly string[];
	/** JSON Schemas of columns, where more is declared than their names. */
	readonly schemas?: Readonly<Record<string, unknown>>;
}

/** A configured catalog as Airbyte writes it. */
export const catalogOf = (streams: readonly StreamSpec[]) => ({
	streams: streams.map(({ columns = [], key, mode = 'append', name, namespace, schemas }) => ({
		stream: {
			name,
			...(namespace !== undefined && { namespace }),
			json_schema: {
				properties: { ...Object.fromEntries(columns.map((column) => [column, {}])), ...schemas },
			},
			supported_sync_modes: ['full_refresh', 'incremental'],
		},
		sync_mode: 'incremental',
		destination_sync_mode: mode,
		...(key && { primary_key: key.map((column) => [column]) }),
	})),
});
