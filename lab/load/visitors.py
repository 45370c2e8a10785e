"""A visitor for Locust, who sends a video, polls its progress, looks at it, and leaves.

`lab/tools/load_page.py` starts it; the video's path is in the environment.
"""

import itertools
import os
from pathlib import Path

from gevent import sleep
from locust import FastHttpUser, constant, task

VIDEO = Path(os.environ['TGDFER_LOAD_VIDEO']).read_bytes()
PACE = 0.4  # seconds between polls, as in the page's script
_number = itertools.count()
_last: list[str] = []  # the latest job


class Visitor(FastHttpUser):
    """Sets an own address for the visitor, as behind a proxy."""

    wait_time = constant(PACE)

    def on_start(self) -> None:
        """Opens the page."""
        number = next(_number)
        self.headers = {
            'X-TGDFER': '1',
            'X-Forwarded-For': f'10.1.{number // 250}.{number % 250 + 1}',
        }
        for path in ('/', '/page.css', '/page.js'):
            self.client.get(path, headers=self.headers, name='page')

    @task
    def send(self) -> None:
        """Sends a video; if the page is busy, polls another job."""
        headers = self.headers | {'X-File-Name': 'film.mp4'}
        with self.client.post(
            '/jobs', data=VIDEO, headers=headers, name='upload', catch_response=True
        ) as answer:
            taken = answer.status_code == 202
            if answer.status_code in (429, 503):
                answer.request_meta['name'] = 'told to wait'
                answer.success()
            key = answer.json()['id'] if taken else ''
        if taken:
            _last[:] = [key]
            self._follow(key)
        for key in list(_last) * 10:
            self._ask(key)

    def _follow(self, key: str) -> None:
        answer = {'state': 'waiting'}
        while answer.get('state') in ('waiting', 'running'):
            answer = self._ask(key)
        for name in answer.get('files', ()):
            path = f'/jobs/{key}/{name}'
            self.client.get(path, headers=self.headers, name='result')
        if answer.get('state') == 'done':
            self.environment.runner.stats.log_request('JOB', 'done', 0, 0)
        self.client.delete(f'/jobs/{key}', headers=self.headers, name='delete')

    def _ask(self, key: str) -> dict:
        sleep(PACE)
        with self.client.get(
            f'/jobs/{key}', headers=self.headers, name='state', catch_response=True
        ) as answer:
            if answer.status_code == 404:  # its visitor has left
                answer.success()
            return answer.json() or {}
