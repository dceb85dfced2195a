/** The parts of the CDK that the destination uses; only the benchmark installs it. */
declare module 'faros-airbyte-cdk' {
	export type AirbyteSpec = { type: string; spec: object };
	export type AirbyteStateMessage = { type: string; state: object };
	export class AirbyteRecord {
		type: string;
		record: { stream: string; data: Record<string, unknown> };
	}
	export class AirbyteLogger {}
	export class AirbyteConnectionStatusMessage {
		constructor(connectionStatus: { status: string; message?: string });
	}
	export abstract class AirbyteDestination<Config> {
		abstract spec(): Promise<AirbyteSpec>;
		abstract check(config: Config): Promise<AirbyteConnectionStatusMessage>;
		abstract write(
			config: Config,
			redactedConfig: object,
			catalog: object,
			stdin: NodeJS.ReadStream,
			dryRun: boolean,
		): AsyncGenerator<AirbyteStateMessage>;
	}
	export class AirbyteDestinationRunner<Config> {
		constructor(logger: AirbyteLogger, destination: AirbyteDestination<Config>);
		mainCommand(): { parseAsync(): Promise<unknown> };
	}
	export function parseAirbyteMessage(line: string): AirbyteRecord | AirbyteStateMessage;
}
