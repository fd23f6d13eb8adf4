// A zip as Letterboxd and other programs write it: deflated members, then their directory.

import { crc32, deflateRawSync } from 'node:zlib';

/** The bytes of an archive with these members, names to what they hold. */
export function zip(members: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    // Version 2.0, no flags, deflate, midnight of the first of January 1980.
    const facts = numbers([20, 2], [0, 2], [8, 2], [0, 2], [33, 2], [crc32(content), 4], [packed.length, 4]);
    const sizes = numbers([content.length, 4], [Buffer.byteLength(name), 2], [0, 2]);
    const member = Buffer.concat([numbers([0x04034b50, 4]), facts, sizes, Buffer.from(name), packed]);
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(numbers([0x02014b50, 4], [20, 2]), facts, sizes, rest, Buffer.from(name));
    parts.push(member);
    offset += member.length;
  }
  const listed = Buffer.concat(directory);
  const count = Object.keys(members).length;
  const end = numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [listed.length, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...parts, listed, end]);
}

/** Numbers with their widths in bytes, the lowest byte first. */
function numbers(...all: [value: number, bytes: number][]): Buffer {
  return Buffer.concat(
    all.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      buffer.writeUIntLE(value, 0, bytes);
      return buffer;
    }),
  );
}
