import assert from 'node:assert/strict';
import { pageHtml } from '../../../src/vscode/pages/pageHtml';

const page = {
  script: 'https://cdn/dist/webview/chat.js',
  styles: ['https://cdn/media/chat.css'],
  cspSource: 'https://*.cdn',
  nonce: 'bm9uY2U=',
  language: 'en',
  title: 'AgentLM chat',
};

describe('The page of the chat', () => {
  it('states its policy before it loads anything', () => {
    const html = pageHtml(page);
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<link'));
    assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<script'));
  });

  it('allows its own script, style sheet and font, and nothing else', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(page)) ?? [];
    assert.deepEqual(policy?.replaceAll('&#39;', "'").split('; '), [
      "default-src 'none'",
      "script-src 'nonce-bm9uY2U='",
      'style-src https://*.cdn',
      'font-src https://*.cdn',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types lit-html agentlm-plot 'allow-duplicates'",
    ]);
  });

  it('runs one script, the one with the nonce, and holds no style or handler of its own', () => {
    const html = pageHtml(page);
    assert.deepEqual(html.match(/<script[^>]*>/g), [`<script nonce="${page.nonce}" src="${page.script}">`]);
    assert.doesNotMatch(html, /<style|style=|\son\w+=/);
  });

  it('lets no address break out of its attribute', () => {
    assert.doesNotMatch(pageHtml({ ...page, script: '"><script>alert(1)</script>' }), /<script>alert/);
  });
});
