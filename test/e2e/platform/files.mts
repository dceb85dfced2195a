import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultKey } from '../../../simulator/keys.mts';
import { catalogOf } from '../../airbyte/catalog.mts';
import type { World } from './world.mts';

/** Writes the configuration and the catalog to a new folder; returns its path. */
export function writeFiles(
	{ folder, outcome, plan, simulator }: World,
	mode: 'append_dedup' | 'overwrite',
): string {
	const files = join(folder, String(outcome.endings.length));
	mkdirSync(files);
	const config = {
		api_key: defaultKey,
		workspace_id: 'ws_simulator',
		api_url: simulator.url,
		// The IDs contain the stream name.
		streams_share_user_ids: true,
		...(plan.remembers && {
			storage: { storage_type: 'folder', path: folder },
			changes: 'send_changed',
		}),
	};
	const { streams } = catalogOf(
		plan.streams.map(({ name, namespace }) => ({
			name,
			...(namespace !== undefined && { namespace }),
			mode,
			key: ['id'],
			columns: ['id', 'email', 'n'],
		})),
	);
	const catalog = {
		streams: streams.map((stream) => ({
			...stream,
			sync_mode: mode === 'overwrite' ? 'full_refresh' : 'incremental',
			cursor_field: ['n'],
			generation_id: 1,
			minimum_generation_id: 0,
			sync_id: plan.seed,
		})),
	};
	writeFileSync(join(files, 'config.json'), JSON.stringify(config));
	writeFileSync(join(files, 'catalog.json'), JSON.stringify(catalog));
	return files;
}
