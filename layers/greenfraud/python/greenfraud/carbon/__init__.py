"""Energy and emissions of the hardware that a piece of work reserved, as ISO/IEC 21031 (SCI) asks: (E x I + M) per R."""

from greenfraud.carbon.accounting import Amounts, account, emissions_g
from greenfraud.carbon.coefficients import AWS_PUE, LAMBDA_MB_PER_VCPU, UNSEEN_SECONDS_PER_SCORE, UTILISATION
from greenfraud.carbon.hardware import Reservation, of_instance, of_lambda, of_share
from greenfraud.carbon.intensity import INTENSITY_G_PER_KWH, Intensity, intensity_of
from greenfraud.carbon.record import RESERVED, EmissionsRecord, Method, Stage

__all__ = [
    "AWS_PUE",
    "INTENSITY_G_PER_KWH",
    "LAMBDA_MB_PER_VCPU",
    "RESERVED",
    "UNSEEN_SECONDS_PER_SCORE",
    "UTILISATION",
    "Amounts",
    "EmissionsRecord",
    "Intensity",
    "Method",
    "Reservation",
    "Stage",
    "account",
    "emissions_g",
    "intensity_of",
    "of_instance",
    "of_lambda",
    "of_share",
]
