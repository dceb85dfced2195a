const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
	return value;
});

/** The CRC-32 of some bytes, as zlib and gzip compute it. */
export function crc32(bytes: Uint8Array): number {
	let value = 0xffffffff;
	// An index loop, because an iterator takes ten times as long.
	for (let at = 0; at < bytes.length; at++) {
		value = (value >>> 8) ^ (TABLE[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
	}
	return ~value >>> 0;
}
