import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const PAGE = { '/': ['page.html', 'text/html'], '/page.js': ['page.js', 'text/javascript'] };

/** Serves the page, and passes what it asks on to the relay's control port with the key: what the clinic role does. */
export async function servePage({ control, key }) {
  const server = createServer(async (request, response) => {
    try {
      const page = PAGE[request.url];
      if (page) {
        response.setHeader('content-type', page[1]);
        response.end(await readFile(new URL(page[0], import.meta.url)));
        return;
      }
      const body = [];
      for await (const part of request) body.push(part);
      const answer = await fetch(`${control()}${request.url}`, {
        method: request.method,
        headers: { authorization: `Bearer ${key()}` },
        body: body.length > 0 ? Buffer.concat(body) : undefined,
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch (error) {
      response.writeHead(502);
      response.end(JSON.stringify({ code: 'proxy', title: String(error) }));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
