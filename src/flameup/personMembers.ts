/** The members that Flameup documents for a person in an answer (its reference); others may report a failure. */
export const PERSON_MEMBERS = [
	'id',
	'workspace_id',
	'external_id',
	'email',
	'phone',
	'first_name',
	'last_name',
	'avatar_url',
	'timezone',
	'locale',
	'status',
	'attributes',
	'created_at',
	'updated_at',
	'first_seen_at',
	'last_seen_at',
] as const;
