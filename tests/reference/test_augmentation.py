"""Augmentation by its laws: what must stay, what must change, and what the same seed repeats."""

import numpy as np
import pytest

from cnn_course import reference


@pytest.fixture
def images(random) -> np.ndarray:
    return random.integers(0, 256, (6, 12, 10, 3)).astype("uint8")


def jitter(images, rng):
    return reference.color_jitter(images, rng)


def pca(images, rng):
    return reference.pca_color(images, rng, basis=reference.pca_color_basis(images))


ALL = [
    reference.flip,
    reference.pad_crop,
    lambda images, rng: reference.cutout(images, rng, size=4),
    jitter,
    pca,
    reference.random_affine,
]


@pytest.mark.parametrize("change", ALL)
def test_shape_and_type_stay_the_input_is_left_alone_and_a_seed_repeats(change, images):
    before = images.copy()
    changed = change(images, np.random.default_rng(3))
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    assert (images == before).all()
    assert (changed != images).any()
    assert (changed == change(images, np.random.default_rng(3))).all()
    assert (changed != change(images, np.random.default_rng(4))).any()


def test_jitter_without_range_is_the_identity_and_brightness_shifts_all_alike(images):
    rng = np.random.default_rng(0)
    assert (reference.color_jitter(images, rng, contrast=0, brightness=0) == images).all()
    gentle = images // 4 + 96
    shifted = reference.color_jitter(gentle, rng, contrast=0, brightness=0.2)
    difference = shifted.astype(int) - gentle
    assert all(len(np.unique(d)) == 1 for d in difference)
    assert len(np.unique(difference)) > 1


def test_contrast_moves_pixels_away_from_the_mean_and_leaves_the_mean(images):
    floats = 100 + images.astype("float64") / 5  # far enough from black and white to lose nothing there
    changed = reference.color_jitter(floats, np.random.default_rng(0), contrast=0.5, brightness=0)
    np.testing.assert_allclose(changed.mean(axis=(1, 2, 3)), floats.mean(axis=(1, 2, 3)))
    assert len(np.unique((changed.std(axis=(1, 2, 3)) / floats.std(axis=(1, 2, 3))).round(6))) == len(images)


def test_color_basis_is_orthonormal_and_its_deviations_those_of_the_colours(random):
    mixing = np.array([[9.0, 0, 0], [5, 4, 0], [1, 1, 2]])
    images = random.standard_normal((10, 16, 16, 3)) @ mixing.T
    deviations, directions = reference.pca_color_basis(images)
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-12)
    assert (np.diff(deviations) < 0).all()
    np.testing.assert_allclose((images.reshape(-1, 3) @ directions).std(axis=0), deviations)


def test_a_color_offset_is_one_colour_for_all_pixels_and_none_without_alphas(random):
    image = random.random((5, 4, 3)) * 100
    basis = reference.pca_color_basis(random.random((8, 6, 6, 3)) * 255)
    assert (reference.pca_color_offset(image, basis, np.zeros(3)) == image).all()
    alphas = np.array([0.1, -0.2, 0.3])
    offset = reference.pca_color_offset(image, basis, alphas) - image
    np.testing.assert_allclose(offset, np.broadcast_to(offset[0, 0], offset.shape))
    np.testing.assert_allclose(basis[1].T @ offset[0, 0], alphas * basis[0])


def test_scale_crop_uses_every_scale_between_its_limits_and_no_other():
    ramp = np.broadcast_to(np.arange(40.0)[:, None, None], (40, 60, 1))
    rng = np.random.default_rng(0)
    slopes = {
        round(
            40 / np.diff(reference.scale_crop(ramp, rng, low=41, high=44, size=20)[5:15, 0, 0]).mean() / 40, 4
        )
        for _ in range(200)
    }
    assert slopes == {round(side / 40, 4) for side in (41, 42, 43, 44)}
    with pytest.raises(ValueError, match="low is 10, high 44, size 20; it must be size <= low <= high"):
        reference.scale_crop(ramp, rng, low=10, high=44, size=20)


def test_ten_crops_are_corners_centre_and_their_mirrors():
    image = np.arange(6 * 8).reshape(6, 8, 1)
    crops = reference.ten_crop(image, 4)
    assert crops.shape == (10, 4, 4, 1)
    assert crops[:5, 0, 0, 0].tolist() == [0, 4, 16, 20, 10]
    assert (crops[5:] == crops[:5, :, ::-1]).all()
    assert len(np.unique(reference.ten_crop(image[:4, :4], 4), axis=0)) == 2  # all five coincide


def test_multi_scale_prediction_averages_fifty_views():
    seen = []

    def predict(crops):
        seen.append(crops)
        return crops.mean(axis=(1, 2))

    image = np.full((30, 40, 3), 7, "uint8")
    assert reference.multi_scale_predict(predict, image, scales=(22, 25, 38, 48, 64), size=22).tolist() == [
        7,
        7,
        7,
    ]
    assert [crops.shape for crops in seen] == [(10, 22, 22, 3)] * 5
    assert reference.augmentation.SCALES == (224, 256, 384, 480, 640)


def test_affine_maps_move_turn_and_mirror_pixels_where_they_say(random):
    image = random.random((5, 5, 2))
    assert (reference.affine(image, reference.affine_matrix()) == image).all()
    turned = reference.affine(image, reference.affine_matrix(rotation=np.pi / 2))
    np.testing.assert_allclose(turned, np.rot90(image), atol=1e-9)
    mirrored = reference.affine(image, reference.affine_matrix(scale=(1, -1)))
    np.testing.assert_allclose(mirrored, image[:, ::-1], atol=1e-9)
    moved = reference.affine(image, reference.affine_matrix(translation=(1, 2)))
    np.testing.assert_allclose(moved[1:, 2:], image[:-1, :-2], atol=1e-9)
    assert (moved[0] == 0).all()
    assert (moved[:, :2] == 0).all()


@pytest.mark.parametrize("change", ALL)
def test_one_image_instead_of_a_batch_is_refused(change, images):
    with pytest.raises(ValueError, match=r"images have shape \(12, 10, 3\); they must be a batch \(images,"):
        change(images[0], np.random.default_rng(0))


@pytest.mark.parametrize("change", ALL[:4] + ALL[5:])  # a basis of colours needs some
def test_lists_are_as_good_as_arrays_and_no_image_remains_none(change, images):
    listed = change(images.tolist(), np.random.default_rng(0))
    assert (listed == change(images.astype(int), np.random.default_rng(0))).all()
    assert change(images[:0], np.random.default_rng(0)).shape == (0, 12, 10, 3)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_jitter_keeps_pixels_of_every_type_within_black_and_white(dtype, images):
    rng = np.random.default_rng(0)
    changed = reference.color_jitter(images.astype(dtype), rng, contrast=1, brightness=1)
    assert (changed.min(), changed.max(), changed.dtype) == (0, 255, np.dtype(dtype))


@pytest.mark.parametrize("pad", [-1, 1.5])
def test_padding_by_less_than_nothing_is_refused(pad, images, random):
    with pytest.raises(ValueError, match=f"pad is {pad}; it counts pixels: a whole number of at least 0"):
        reference.pad_crop(images, random, pad=pad)


def test_padding_by_nothing_changes_nothing(images, random):
    assert (reference.pad_crop(images, random, pad=0) == images).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda x, rng: reference.cutout(x, rng, size=0),
            "size is 0; it must be a whole number of at least 1",
        ),
        (
            lambda x, rng: reference.color_jitter(x, rng, contrast=-0.1),
            "contrast is -0.1; it must be from 0 to 1",
        ),
        (
            lambda x, rng: reference.color_jitter(x, rng, brightness=2),
            "brightness is 2; it must be from 0 to 1",
        ),
        (
            lambda x, rng: reference.color_jitter(x - 128.0, rng),
            "images go from -128 to 127; pixels are from 0",
        ),
        (lambda x, rng: reference.random_affine(x, rng, scale=1), "scale is 1; it must be from 0 to below 1"),
        (
            lambda x, rng: reference.pca_color(x, rng, basis=(np.ones(2), np.eye(2))),
            r"deviations has shape \(2,\); it must be \(3,\), as pca_color_basis makes them",
        ),
    ],
)
def test_sizes_and_ranges_that_make_no_sense_are_refused(change, message, images, random):
    with pytest.raises(ValueError, match=message):
        change(images, random)


@pytest.mark.parametrize("linear", [[[0.1, 0.7], [0.3, 2.1]], np.zeros((2, 2)), np.full((2, 2), np.nan)])
def test_a_matrix_that_flattens_the_image_is_refused(linear, images):
    with pytest.raises(ValueError, match="a determinant of 0 would leave nothing of the image"):
        reference.affine(images[0], np.column_stack([linear, (0, 0)]))
    tiny = reference.affine(images[0], reference.affine_matrix(scale=1e-4))
    assert (tiny == 0).all()  # a small area is not none: the image falls between four pixels
