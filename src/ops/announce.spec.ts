import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Environment } from '../config/environment.js';
import { announce } from './announce.js';

const URL = 'http://127.0.0.1:3000';

describe('the announcement of a server', () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

  afterEach(() => {
    write.mockClear();
  });

  const said = (settings: Partial<Environment>): string => {
    announce(URL, Object.assign(new Environment(), settings));
    return write.mock.calls.join('');
  };

  it('tells whoever develops where to go', () => {
    expect(said({ NODE_ENV: 'development', LOG_LEVEL: 'info' })).toContain(`${URL}/docs`);
  });

  it.each<Partial<Environment>>([
    { NODE_ENV: 'development', LOG_LEVEL: 'silent' },
    { NODE_ENV: 'production', LOG_LEVEL: 'info' },
  ])('says nothing with %j', (settings) => {
    expect(said(settings)).toBe('');
  });
});
