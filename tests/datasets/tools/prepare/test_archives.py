"""Archives as they are handed out, as they arrive, and as an enemy makes them."""

import io
import pickle
import random
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

from tgdfer_mm.datasets.tools.prepare import ArchiveError, Password, archives
from tgdfer_mm.datasets.tools.prepare.limits import Limits, Meter

SECRET = 'correct horse'
SLOW = zipfile.ZipExtFile  # before anything replaces it


def open_archive(path, password, limits=None):
    return archives.open_archive(path, password, Meter(limits or Limits()))


def pack(path, entries, **kwargs):
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED, **kwargs) as archive:
        for name, data in entries.items():
            # With a time of its own an archive has the same bytes on every day.
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = archive.compression
            archive.writestr(info, data)
    return path


def packed(entries):
    return pack(io.BytesIO(), entries).getvalue()


def read_all(path, password=None, limits=None):
    found = {}
    for archive in open_archive(path, password or Password(), limits):
        for member in archive.members:
            with member.open() as file:
                found['/'.join(member.parts)] = file.read()
    return found


def test_the_sizes_are_those_of_the_content(tmp_path):
    path = pack(tmp_path / 'a.zip', {'1.jpg': b'1' * 99, '2.jpg': b''})
    [archive] = open_archive(path, Password())
    assert [member.size for member in archive.members] == [99, 0]


@pytest.fixture
def password(tmp_path):
    path = tmp_path / 'password.txt'
    path.write_text(SECRET + '\n')
    return Password(path)


@pytest.fixture
def encrypted(tmp_path):
    """As the authors of DFEW encrypt; Python's own module only reads such files."""
    zip_tool = shutil.which('zip')
    if zip_tool is None:
        pytest.skip('needs the command zip')
    (tmp_path / '1.mp4').write_bytes(b'video' * 50)
    path = tmp_path / 'data_part_1-2-3.zip'
    subprocess.run(
        [zip_tool, '-q', '-P', SECRET, path.name, '1.mp4'], cwd=tmp_path, check=True
    )
    return path


def test_members_and_what_macos_leaves(tmp_path):
    path = pack(
        tmp_path / 'a.zip',
        {
            'x/1.jpg': b'1',
            '__MACOSX/x/._1.jpg': b'j',
            'x/._1.jpg': b'j',
            'x/.DS_Store': b'j',
            'x/': b'',
        },
    )
    (archive,) = open_archive(path, Password())
    assert [m.parts for m in archive.members] == [('x', '1.jpg')]
    assert archive.junk == 3 and archive.names == ('a',)


def test_archives_in_archives(tmp_path):
    inner = packed({'00001/1.jpg': b'1'})
    middle = packed({'part_1.zip': inner, 'part_2.ZIP': packed({'00002/1.jpg': b'2'})})
    path = pack(tmp_path / 'outer.zip', {'deep/middle.zip': middle, 'readme': b'r'})
    assert read_all(path) == {'readme': b'r', '00001/1.jpg': b'1', '00002/1.jpg': b'2'}
    names = [archive.names for archive in open_archive(path, Password())]
    assert names[2] == ('outer', 'middle', 'part_1')


@pytest.mark.parametrize(
    'name',
    ['../evil', 'x/../../evil', '/evil', 'C:/evil', '..\\evil', 'x\\..\\..\\evil'],
)
@pytest.mark.parametrize('nested', [False, True])
def test_an_entry_that_climbs_out_is_refused_before_anything_is_read(
    tmp_path, name, nested
):
    path = tmp_path / 'a.zip'
    entries = {'fine': b'1', name: b'2'}
    pack(path, {'inner.zip': packed(entries)} if nested else entries)
    handed_out = []
    with pytest.raises(ArchiveError, match='leads out of the folder') as err:
        for archive in open_archive(path, Password()):
            handed_out += archive.members
    assert not handed_out
    where = f'{path} > inner.zip' if nested else str(path)
    assert str(err.value).startswith(f'{where}, entry {name!r}')


@pytest.mark.parametrize('kind', [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path, kind):
    path = tmp_path / 'a.zip'
    info = zipfile.ZipInfo('00001/up')
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr(info, '/etc')
    with pytest.raises(ArchiveError, match=r"a.zip, entry '00001/up': is a link"):
        read_all(path)


class TestPassword:
    def test_from_a_file(self, encrypted, password):
        assert read_all(encrypted, password) == {'1.mp4': b'video' * 50}

    def test_without_the_extra_it_is_slow_and_says_so(
        self, encrypted, password, monkeypatch
    ):
        monkeypatch.setitem(sys.modules, 'fast_zip_decryption', None)
        monkeypatch.setattr(zipfile, 'ZipExtFile', SLOW)
        assert read_all(encrypted, password) == {'1.mp4': b'video' * 50}
        (archive,) = open_archive(encrypted, password)
        assert 'tgdfer_mm[archives]' in archive.hint
        (archive,) = open_archive(pack(encrypted, {'a': b'1'}), password)
        assert archive.hint == ''

    def test_asked_for_once_and_only_if_needed(self, encrypted, tmp_path, monkeypatch):
        asked = []
        monkeypatch.setattr(
            'tgdfer_mm.datasets.tools.prepare.password.getpass',
            lambda prompt: asked.append(prompt) or SECRET,
        )
        monkeypatch.setattr(sys.stdin, 'isatty', lambda: True, raising=False)
        password = Password()
        read_all(pack(tmp_path / 'open.zip', {'a': b'1'}), password)
        assert not asked
        read_all(encrypted, password)
        read_all(encrypted, password)
        assert len(asked) == 1

    def test_without_a_terminal_the_error_names_the_option(
        self, encrypted, monkeypatch
    ):
        monkeypatch.setattr(sys.stdin, 'isatty', lambda: False, raising=False)
        with pytest.raises(ValueError, match='--password-file'):
            read_all(encrypted)

    def test_a_wrong_one_is_said_and_not_shown(self, encrypted, tmp_path):
        (tmp_path / 'wrong').write_text('battery staple')
        password = Password(tmp_path / 'wrong')
        with pytest.raises(ArchiveError, match='password is wrong') as err:
            read_all(encrypted, password)
        assert str(encrypted) in str(err.value) and '1.mp4' in str(err.value)
        shown = f'{err.value!r}{err.value.__cause__!r}{password!r}'
        assert 'battery' not in shown and 'staple' not in shown

    @pytest.mark.parametrize('content', ['', '\nsecond'])
    def test_an_empty_file_is_an_error(self, encrypted, tmp_path, content):
        (tmp_path / 'empty').write_text(content)
        with pytest.raises(ValueError, match='first line of .*empty'):
            read_all(encrypted, Password(tmp_path / 'empty'))

    @pytest.mark.parametrize('text', [SECRET, SECRET + '\r\n', '\ufeff' + SECRET])
    def test_line_ends_and_marks_are_no_part_of_it(self, encrypted, tmp_path, text):
        (tmp_path / 'file').write_bytes(text.encode())
        assert read_all(encrypted, Password(tmp_path / 'file'))

    def test_it_is_not_pickled(self, password):
        password.get()
        with pytest.raises(TypeError, match='not be pickled'):
            pickle.dumps(password)
        assert 'horse' not in repr(password)


class TestAES:
    @pytest.fixture
    def aes(self, tmp_path):
        pyzipper = pytest.importorskip('pyzipper')
        path = tmp_path / 'a.zip'
        options = dict(compression=zipfile.ZIP_DEFLATED, encryption=pyzipper.WZ_AES)
        with pyzipper.AESZipFile(path, 'w', **options) as archive:
            archive.setpassword(SECRET.encode())
            archive.writestr('00001/1.jpg', b'frame' * 100)
        return path

    def test_read_with_the_extra(self, aes, password):
        assert read_all(aes, password) == {'00001/1.jpg': b'frame' * 100}

    def test_a_wrong_password(self, aes, tmp_path):
        (tmp_path / 'wrong').write_text('battery')
        with pytest.raises(ArchiveError, match='password is wrong'):
            read_all(aes, Password(tmp_path / 'wrong'))

    def test_without_the_extra_the_error_names_it(self, aes, monkeypatch):
        monkeypatch.setitem(sys.modules, 'pyzipper', None)
        with pytest.raises(ArchiveError, match=r'tgdfer_mm\[archives\]'):
            read_all(aes)


def test_damaged_archives_are_named(tmp_path):
    path = pack(tmp_path / 'a.zip', {'00001/1.jpg': bytes(range(256)) * 40})
    data = bytearray(path.read_bytes())
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ArchiveError, match='a.zip: cannot be read'):
        read_all(path)
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(
        ArchiveError, match="a.zip, entry '00001/1.jpg': cannot be read"
    ):
        read_all(path)


def test_a_part_of_a_split_archive_is_explained(tmp_path):
    path = tmp_path / 'frames.zip'
    path.write_bytes(b'PK\x03\x04' + bytes(100))
    path.with_suffix('.z01').write_bytes(bytes(100))
    with pytest.raises(ArchiveError, match='one part of a split archive.*zip -s 0'):
        read_all(path)


class TestLimits:
    """What is too much is refused before it is read, and the option is named."""

    def test_an_archive_that_holds_itself(self, tmp_path):
        inner = packed({'1.jpg': b'1'})
        for _ in range(9):
            inner = packed({'again.zip': inner})
        path = tmp_path / 'a.zip'
        path.write_bytes(inner)
        with pytest.raises(
            ArchiveError, match=r"again.zip, entry 'again.zip': .*-depth"
        ):
            read_all(path)
        assert read_all(path, limits=Limits(depth=10)) == {'1.jpg': b'1'}

    def test_many_entries_in_many_archives(self, tmp_path):
        inner = packed({f'{i}.jpg': b'' for i in range(20)})
        path = pack(tmp_path / 'a.zip', {f'{i}.zip': inner for i in range(20)})
        with pytest.raises(ArchiveError, match=r"entry '\d+.jpg': .*300 .*--max-files"):
            read_all(path, limits=Limits(files=300))
        assert len(read_all(path, limits=Limits(files=420))) == 20

    def test_several_archives_are_counted_together(self, tmp_path):
        meter = Meter(Limits(files=15))
        for name in 'ab':
            path = pack(tmp_path / name, {f'{i}': b'' for i in range(8)})
            members = archives.open_archive(path, Password(), meter)
            if name == 'b':
                with pytest.raises(ArchiveError, match="b, entry '7': .*--max-files"):
                    list(members)
            else:
                assert len(list(members)) == 1

    @pytest.mark.parametrize('nested', [False, True])
    def test_an_entry_that_grows_a_thousandfold(self, tmp_path, nested):
        entries = {'fine.jpg': bytes(9), 'zeros': bytes(4 << 20)}
        entries = {'x.zip': packed(entries)} if nested else entries
        path = pack(tmp_path / 'a.zip', entries)
        with pytest.raises(ArchiveError, match="entry 'zeros': .*200 .*--max-ratio"):
            read_all(path)
        read_all(path, limits=Limits(ratio=100_000))

    def test_entries_that_share_their_bytes(self, tmp_path):
        """A small file of many entries, each of which could be right by itself."""
        path = pack(tmp_path / 'a.zip', {f'{i:04d}': b'' for i in range(500)})
        data, size = bytearray(path.read_bytes()), (1 << 20).to_bytes(4, 'little')
        start = data.index(b'PK\x01\x02')
        while (start := data.find(b'PK\x01\x02', start)) >= 0:
            data[start + 20 : start + 28] = (1 << 20).to_bytes(4, 'little') + size
            start += 4
        path.write_bytes(data)
        with pytest.raises(ArchiveError, match='--max-ratio'):
            read_all(path)

    def test_more_than_a_disk_holds(self, tmp_path):
        path = pack(tmp_path / 'a.zip', {'1.mp4': b'', '2.mp4': b''})
        data = bytearray(path.read_bytes())
        at = data.rindex(b'PK\x01\x02')
        data[at + 24 : at + 28] = (4_000_000_000).to_bytes(4, 'little')
        path.write_bytes(data)
        limits = Limits(gigabytes=3, ratio=1 << 40)
        with pytest.raises(ArchiveError, match="entry '2.mp4': .*3 GB .*--max-gb"):
            read_all(path, limits=limits)


@pytest.mark.parametrize('seed', range(60))
def test_damage_anywhere_is_a_sentence_about_the_archive(tmp_path, seed, monkeypatch):
    monkeypatch.setattr(sys, 'stdin', io.StringIO())  # an entry may look encrypted
    inner = packed({'3.jpg': bytes(range(256)), 'é.jpg': b'2'})
    path = pack(tmp_path / 'a.zip', {'x/1.jpg': b'1' * 99, 'b.zip': inner})
    data, chance = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(3):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 8, 99, 127, 255])
    path.write_bytes(data)
    try:
        read_all(path)
    except ArchiveError as error:
        assert str(error).startswith(str(path))


@pytest.mark.parametrize('part', ['x' * 300, 'é' * 130])
def test_names_that_no_disk_takes(tmp_path, part):
    path = pack(tmp_path / 'a.zip', {f'00001/{part}': b'1'})
    with pytest.raises(ArchiveError, match='too long a name'):
        read_all(path)
