"""Wrong arguments of compile, and of layers: named, with the nearest right ones."""

import pytest
from fastnn.layers import Dense
from training import ONE, TWO, A, B, X, Y, network, refused, two_by_two


def raises(error, message, function, *arguments, **keywords):
    with pytest.raises(error, match=message) as caught:
        function(*arguments, **keywords)
    return str(caught.value)


NAMES = {
    "loss": ("categorical_crossentropi", "'categorical_crossentropy'"),
    "optimizer": ("adamm", "'adam'"),
    "metrics": (["acuracy"], "'accuracy'"),
}


@pytest.mark.parametrize("what", NAMES)
def test_an_unknown_name_is_an_error_of_compile(what):
    name, near = NAMES[what]
    settings = {"optimizer": "sgd", "loss": "mse", what: name}
    text = raises(ValueError, f"Did you mean .*{near}", network(None).compile, **settings)
    assert (name if isinstance(name, str) else name[0]) in text
    assert text.startswith("optimizers" if what == "optimizer" else f"compile: {what}: ")


@pytest.mark.parametrize("what", NAMES)
@pytest.mark.parametrize("odd", [3, 1.5, b"mse", object(), int])
def test_what_is_no_loss_no_optimizer_and_no_metric(what, odd):
    settings = {"optimizer": "sgd", "loss": "mse"} | {what: [odd] if what == "metrics" else odd}
    wanted = "wanted|Optimizer"
    refused((TypeError, ValueError), wanted, network(), lambda m: m.compile(**settings))


def test_a_refused_compile_leaves_the_old_one():
    model = network(metrics=["accuracy"])
    refused(ValueError, "metrics", model, lambda m: m.compile("sgd", "mse", metrics=["acuracy"]))
    assert sorted(model.fit(X, Y, verbose=0).history) == ["accuracy", "loss"]


LAYERS = {
    "activation": ("relux", "'relu'"),
    "kernel_initializer": ("glorot_unifrom", "'glorot_uniform'"),
    "kernel_regularizer": ("l1l3", "'L1L2'"),
    "bias_regularizer": ("l1_l3", "'l1_l2'"),
    "activity_regularizer": ("l11", "'l1'"),
    "kernel_constraint": ("maxnorm", "'MaxNorm'"),
    "bias_constraint": ("non_negative", "'non_neg'"),
}


@pytest.mark.parametrize("what", LAYERS)
def test_unknown_names_of_layers(what):
    name, near = LAYERS[what]
    text = raises(ValueError, f"Did you mean .*{near}", Dense, 3, **{what: name})
    assert repr(name) in text and "is unknown" in text


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            {"loss": {"one": "mse", "tow": "mse"}},
            ValueError,
            "loss names the output 'tow'; the",
        ),
        ({"loss": ["mse"]}, ValueError, "compile: loss has 1 entries; the model has 2 outputs"),
        ({"loss": ["mse"] * 3}, ValueError, "compile: loss has 3 entries"),
        ({"loss": []}, ValueError, "compile: loss has 0 entries"),
        ({"loss": {}}, ValueError, r"there is no loss; give one to compile\(\)"),
        ({"loss": [None, None]}, ValueError, "there is no loss"),
        ({"loss_weights": [1.0]}, ValueError, "compile: loss_weights has 1 entries"),
        ({"loss_weights": {"x": 1}}, ValueError, "compile: loss_weights names the output 'x'"),
        ({"loss_weights": ["a", 1]}, TypeError, "one of loss_weights is 'a'; a number is wanted"),
        ({"metrics": ["mae"]}, ValueError, "compile: metrics has 1 entries for 2 outputs"),
        ({"metrics": [["mae"]] * 3}, ValueError, "compile: metrics has 3 entries"),
        ({"metrics": {"x": "mae"}}, ValueError, "compile: metrics names the output 'x'"),
        ({"weighted_metrics": {"x": "mae"}}, ValueError, "weighted_metrics names the output 'x'"),
        ({"metrics": {"one": ["mae", None]}}, ValueError, "None came; a name, a metric or a"),
        ({"metrics": "mae"}, TypeError, r"compile: metrics is 'mae'; a list is wanted"),
    ],
)
def test_losses_and_metrics_of_several_outputs(settings, error, message):
    model = two_by_two()
    before = model.get_weights()

    def learn():
        model.compile("sgd", **{"loss": "mse"} | settings)
        model.fit([A, B], [ONE, TWO], verbose=0)

    raises(error, message, learn)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
    model.compile("sgd", "mse")
    model.fit([A, B], [ONE, TWO], verbose=0)


def test_no_loss_at_all():
    model = uncompiled_loss()
    message = (
        r"fit, epoch 1, step 1 of 2: .* there is no loss; give one to compile\(\), or call add_"
    )
    raises(ValueError, message, model.fit, X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0)[0] == 0.0  # metrics alone


def uncompiled_loss():
    model = network(None)
    model.compile("sgd", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("name", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_before_compile(name):
    model = network(None)
    text = raises(RuntimeError, f"{name}: {model.name} is not compiled", getattr(model, name), X, Y)
    assert "call model.compile(optimizer, loss) first" in text
    assert model.predict(X, verbose=0).shape == model.predict_on_batch(X).shape == (40, 4)
