import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a server and counts what it is asked for, by kind. */
export class CountingProxy {
  readonly endpoint: string
  readonly counts = new Map<string, number>()
  /** Content of requests. */
  sentBytes = 0
  /** Called before a request is handed on; what it returns is answered instead. */
  intercept:
    | ((kind: string, message: IncomingMessage) => { status: number; body: string; headers?: Record<string, string> } | undefined)
    | undefined
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
  }

  static async open(to: string): Promise<CountingProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new CountingProxy(server)
    server.on('request', (message: IncomingMessage, response) => {
      const kind = kindOf(message)
      proxy.counts.set(kind, (proxy.counts.get(kind) ?? 0) + 1)
      const own = proxy.intercept?.(kind, message)
      if (own !== undefined) {
        message.resume()
        response.writeHead(own.status, own.headers).end(own.body)
        return
      }
      const onward = request(to + message.url, { method: message.method, headers: message.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      response.on('close', () => onward.destroy())
      message.on('data', (chunk: Buffer) => (proxy.sentBytes += chunk.length))
      message.pipe(onward)
    })
    return proxy
  }

  /** What was counted since the last call, with a space and a number each. */
  take(): Record<string, number> {
    const counts = Object.fromEntries([...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    this.counts.clear()
    this.sentBytes = 0
    return counts
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function kindOf({ method = '', url = '', headers }: IncomingMessage): string {
  const query = new URL(url, 'http://any').searchParams
  if (method === 'PUT' && query.has('partNumber')) return headers['x-amz-copy-source'] === undefined ? 'PART' : 'COPY'
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'PUT' : 'COPY'
  if (method === 'POST') return query.has('delete') ? 'DELETE-MANY' : 'POST'
  if (method === 'GET') return query.has('list-type') || query.has('uploads') ? 'LIST' : 'GET'
  return method
}
