/**
 * Zip files, right or not.
 *
 * Source: PKWARE, ".ZIP File Format Specification", sections 4.3.7, 4.3.12 and 4.3.16.
 *
 * @module
 */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipLies {
  /** Bytes of each file when unpacked, as its entry says. */
  readonly bytes?: number;
  readonly checksum?: number;
  readonly flags?: number;
  readonly method?: number;
}

const DEFLATED = 8;

/** All deflated, names as they are given. */
export function zipFile(files: Readonly<Record<string, Uint8Array>>, lies: ZipLies = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(lies.flags ?? 0x0800, 2);
    common.writeUInt16LE(lies.method ?? DEFLATED, 4);
    common.writeUInt32LE(lies.checksum ?? crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(lies.bytes ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}
