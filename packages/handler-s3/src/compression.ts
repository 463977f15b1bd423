import { promisify } from 'node:util'
import zlib from 'node:zlib'

/** The same bytes for the same content, so that a file that is as it was is not sent again. */
export async function compress(content: Buffer, how: 'gzip' | 'brotli' | undefined): Promise<Buffer> {
  switch (how) {
    case 'gzip':
      return gzip(content, { level: 9 })
    case 'brotli':
      return brotli(content, {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: content.length },
      })
    case undefined:
      return content
  }
}

const gzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gzip)
const brotli = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)
