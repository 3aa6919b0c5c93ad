"""A labelled copy is faithful: sound, time stamps, pixel aspect, rotation, colours and frame count are the clip's."""

import warnings
from fractions import Fraction

import av
import clips
import numpy as np
import pytest

from lib.video import VideoError, VideoInfo, VideoReader, VideoWarning, annotate_clip

RATES = {"aac": 44100, "libopus": 48000, "pcm_s16le": 44100}


def film(path, images, kind="aac", begin=0.0, times=None, video="libx264", pixels="yuv420p", context=None, rate=25):
    """A clip of uint8 RGB images with a tone beside them; `times` in milliseconds, sound from `begin` (seconds) on."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(video, rate=rate)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = pixels
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        for name, value in (context or {}).items():
            setattr(stream.codec_context, name, value)
        sound = container.add_stream(kind, rate=RATES[kind], layout="mono") if kind else None
        for number, image in enumerate(images):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            if context and "colorspace" in context:
                picture = picture.reformat(
                    format=pixels, dst_colorspace=context["colorspace"], dst_color_range=context.get("color_range")
                )
            picture.pts, picture.time_base = (
                (times[number], Fraction(1, 1000)) if times else (number, Fraction(1, rate))
            )
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if sound:
            seconds = (times[-1] / 1000 if times else len(images) / rate) - begin
            wave = np.sin(np.arange(int(seconds * RATES[kind])) * 0.06)
            for at in range(0, len(wave) - 960, 960):
                samples = (wave[None, at : at + 960] * 20000).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
                frame.sample_rate, frame.time_base = RATES[kind], Fraction(1, RATES[kind])
                frame.pts = at + round(begin * RATES[kind])
                container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path


def labelled(source, out, **options):
    """The copy of a clip that is of the class "a" throughout; a warning fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return copied(source, out, **options)


def copied(source, out):
    with VideoReader(source) as reader:
        count = sum(1 for _ in reader)
    return annotate_clip(source, out, np.zeros(count, int), classes=("a",), progress=False)


def sound_of(path):
    """The packets of a clip's sound: their bytes, and their moments from the first picture on."""
    begin = VideoInfo.of(path).begin
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.pts is not None]
        return [bytes(p) for p in packets], np.array([float(p.pts * p.time_base) - begin for p in packets])


def moments(path):
    with VideoReader(path) as reader:
        return [frame.seconds for frame in reader]


IMAGES = [clips.plain(number) for number in range(50)]


@pytest.mark.parametrize(
    "suffix, kind, copy",
    [
        (".mp4", "aac", ".mp4"),
        (".mkv", "libopus", ".mp4"),
        (".mkv", "pcm_s16le", ".mp4"),
        (".mp4", "aac", ".avi"),
        (".mkv", "pcm_s16le", ".avi"),
        (".ts", "aac", ".mp4"),
    ],
)
def test_sound_is_copied_as_it_is_and_when_it_is(tmp_path, suffix, kind, copy):
    source = film(tmp_path / f"clip{suffix}", IMAGES, kind)
    out = labelled(source, tmp_path / f"out{copy}")
    (packets, times), (copies, copied_times) = sound_of(source), sound_of(out)
    if (suffix, copy) == (".ts", ".mp4"):  # whose frames of AAC begin with a header, which .mp4 keeps once for all
        assert len(copies) == len(packets)
    else:
        assert b"".join(copies) == b"".join(packets)
    assert copied_times[-1] - copied_times[0] == pytest.approx(times[-1] - times[0], abs=0.03)
    assert copied_times[0] == pytest.approx(times[0], abs=0.03 if copy == ".mp4" else 0.1)
    assert len(moments(out)) == 50


def test_sound_that_begins_after_the_pictures(tmp_path):
    source = film(tmp_path / "clip.mkv", IMAGES, "libopus", begin=0.8)
    assert sound_of(labelled(source, tmp_path / "out.mp4"))[1][0] == pytest.approx(0.8, abs=0.03)


def test_sound_that_the_file_cannot_hold_is_told(tmp_path):
    source = film(tmp_path / "clip.mkv", IMAGES, "libopus")
    with pytest.warns(VideoWarning, match="without the sound .* cannot hold opus. Choose .mp4"):
        out = copied(source, tmp_path / "out.avi")
    with av.open(str(out)) as container:
        assert not container.streams.audio and len(moments(out)) == 50


def test_pixels_that_are_not_square(tmp_path):
    source = film(tmp_path / "clip.mp4", IMAGES, None, context={"sample_aspect_ratio": Fraction(64, 45)})
    assert VideoInfo.of(source).pixel_aspect == Fraction(64, 45)
    assert VideoInfo.of(labelled(source, tmp_path / "out.mp4")).pixel_aspect == Fraction(64, 45)
    with pytest.warns(VideoWarning, match="out.avi cannot hold pixels that are not square"):
        copied(source, tmp_path / "out.avi")


def test_pixels_that_are_not_square_on_a_clip_that_lies_on_its_side(tmp_path):
    source = film(tmp_path / "clip.mp4", IMAGES, None, context={"sample_aspect_ratio": Fraction(2)})
    turned = clips.with_matrix(source, [[0, 1], [-1, 0]])
    info = VideoInfo.of(turned)
    assert (info.width, info.height, info.pixel_aspect) == (48, 64, Fraction(1, 2))
    assert VideoInfo.of(labelled(turned, tmp_path / "out.mp4")).pixel_aspect == Fraction(1, 2)


def test_recordings_that_were_joined(tmp_path):
    """Time begins again in the second one: pictures and sound go on."""
    parts = [film(tmp_path / f"{number}.ts", IMAGES, "aac") for number in range(2)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(path.read_bytes() for path in parts))
    seconds = moments(joined)
    assert len(seconds) == 100 and np.allclose(np.diff(seconds), 0.04, atol=2e-3)
    out = copied(joined, tmp_path / "out.mp4")
    assert np.allclose(moments(out), seconds, atol=1e-3)
    times = sound_of(out)[1]
    assert (np.diff(times) > 0).all() and times[-1] == pytest.approx(4, abs=0.2)


def test_a_recording_of_a_screen_becomes_what_most_clips_are(tmp_path):
    """It is stored as RGB, which the copy cannot be."""
    image = np.zeros((240, 320, 3), np.uint8)
    image[:] = (200, 60, 20)
    source = film(tmp_path / "clip.mp4", [image] * 5, None, video="libx264rgb", pixels="rgb24")
    out = labelled(source, tmp_path / "out.mp4")
    assert VideoInfo.of(out).colour.matrix == 1
    with VideoReader(out) as reader:
        assert np.abs(next(reader).image[120:200].astype(int) - (200, 60, 20)).max() <= 4


def test_frames_keep_their_time_stamps(tmp_path):
    """25 frames a second, with a gap of ten seconds."""
    times = [40 * number + (10_000 if number >= 25 else 0) for number in range(50)]
    source = film(tmp_path / "phone.mp4", IMAGES, "aac", times=times)
    out = labelled(source, tmp_path / "out.mp4")
    np.testing.assert_allclose(moments(out), moments(source), atol=1e-4)
    np.testing.assert_allclose(moments(out), np.array(times) / 1000, atol=1e-4)
    with pytest.warns(VideoWarning, match="out.avi cannot hold a frame rate that varies") as told:
        assert len(moments(copied(source, tmp_path / "out.avi"))) == 50
    assert len(told) == 1


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(24), Fraction(50)])
def test_a_constant_rate_stays_exact(tmp_path, rate):
    source = clips.write(tmp_path / "clip.mp4", IMAGES, rate=rate)
    out = labelled(source, tmp_path / "out.mp4")
    assert moments(out) == moments(source) and VideoInfo.of(out).rate == rate


COLOURS = {"colorspace": 1, "color_range": 1, "color_primaries": 1, "color_trc": 1}


@pytest.mark.parametrize("change", [{}, {"color_range": 2}, {"colorspace": 5, "color_primaries": 5, "color_trc": 6}])
def test_colours_and_what_they_are_called(tmp_path, change):
    image = np.zeros((240, 320, 3), np.uint8)
    image[:] = (200, 60, 20)
    source = film(tmp_path / "clip.mp4", [image] * 5, None, context=COLOURS | change)
    out = labelled(source, tmp_path / "out.mp4")
    assert VideoInfo.of(out).colour == VideoInfo.of(source).colour == tuple((COLOURS | change).values())
    with VideoReader(out) as reader, VideoReader(source) as other:
        for frame, same in zip(reader, other, strict=True):
            below = slice(120, 200)  # of the label
            assert np.abs(frame.image[below].astype(int) - same.image[below]).max() <= 4


def test_ten_bits(tmp_path):
    source = film(tmp_path / "clip.mp4", IMAGES, "aac", video="libx265", pixels="yuv420p10le")
    assert len(moments(labelled(source, tmp_path / "out.mp4"))) == 50


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_told(tmp_path, transfer):
    hdr = {"colorspace": 9, "color_range": 1, "color_primaries": 9, "color_trc": transfer}
    source = film(tmp_path / "clip.mp4", IMAGES, None, video="libx265", pixels="yuv420p10le", context=hdr)
    with pytest.warns(VideoWarning, match="clip.mp4: its colours are HDR"):
        copied(source, tmp_path / "out.mp4")


def test_of_two_streams_the_largest_is_taken(tmp_path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=25) for _ in range(2)]
        for stream, size in zip(streams, [(64, 48), (128, 96)]):
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
        for number in range(10):
            for stream in streams:
                image = clips.plain(number, (stream.width, stream.height))
                picture = av.VideoFrame.from_ndarray(image, format="rgb24")
                picture.pts, picture.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(picture))
        for stream in streams:
            container.mux(stream.encode(None))
    assert (VideoInfo.of(path).width, VideoInfo.of(path).height) == (128, 96)
    out = labelled(path, tmp_path / "out.mp4")
    assert VideoInfo.of(out).width == 128 and len(moments(out)) == 10


def interlaced(path, images):
    options = {"flags": "+ildct+ilme", "b": "4M"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=25, options=options)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(images):
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def combed(number):
    """A bar that has moved on between the even and the odd lines."""
    image = np.zeros((96, 384, 3), np.uint8)
    image[::2, 16 * number : 16 * number + 30] = 255
    image[1::2, 16 * number + 8 : 16 * number + 38] = 255
    return image


def test_interlaced_pictures_are_deinterlaced_and_as_many(tmp_path):
    source = interlaced(tmp_path / "clip.mpg", [combed(number) for number in range(20)])
    with VideoReader(source) as reader:
        frames = list(reader)
    assert [frame.index for frame in frames] == list(range(20))
    assert np.allclose([frame.seconds for frame in frames], np.arange(20) / 25, atol=1e-3)
    columns = slice(16 * 6 + 31, 16 * 6 + 37)  # where only the odd lines of frame 6 are white
    before = combed(6)[:, columns].astype(int)
    after = frames[6].image[:, columns].astype(int)
    assert np.abs(np.diff(after, axis=0)).mean() < 0.2 * np.abs(np.diff(before, axis=0)).mean()
    assert len(moments(labelled(source, tmp_path / "out.mp4"))) == 20
    with VideoReader(source) as reader:
        reader.seek(0.4)
        assert np.abs(next(reader).image.astype(int) - frames[10].image).mean() < 3


def test_a_clip_of_one_frame(tmp_path):
    source = film(tmp_path / "clip.mp4", IMAGES[:1], None)
    assert moments(labelled(source, tmp_path / "out.mp4")) == [0.0]


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{}'\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{}</BaseURL></MPD>\n',
    "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns={}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
}


@pytest.mark.parametrize("name", ["clip.mp4", "clip.m3u8", "clip.txt"])
@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_playlist_opens_no_other_file(tmp_path, kind, name):
    film(tmp_path / "secret.mp4", IMAGES[:5], None)
    path = tmp_path / name
    path.write_text(PLAYLISTS[kind].format("secret.mp4"))
    with pytest.raises(VideoError, match=f"{name} is a playlist, which only names other files"):
        VideoReader(path)


def test_a_name_with_a_number_in_it_is_one_file(tmp_path):
    """FFmpeg would take it for a series of pictures."""
    for number in range(3):
        (tmp_path / f"{number}.mp4").write_bytes(b"not this one")
    assert len(moments(film(tmp_path / "clip.mp4", IMAGES[:5], None).rename(tmp_path / "%d.mp4"))) == 5
